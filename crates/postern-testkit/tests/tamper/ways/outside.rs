//! Whole files: databases, anchors, key files, of another day or another installation.

use super::{Kept, Way, way};
use crate::ground::{AnchorIs, Day};

/// Whatever was good yesterday is good again.
const EVERYTHING: &[&str] = &[
    "a spent code",
    "a code of a revoked set",
    "a code of who has left",
    "a code of who was erased",
    "a revoked application key",
    "a revoked prover",
    "an assertion a second time",
];

pub(super) fn files() -> Vec<Way> {
    vec![
        way("yesterday's database put back", |it| it.lay(Day::Yesterday))
            .answer("code-not-accepted")
            .gains_on_server(EVERYTHING)
            .start("does not continue what its anchor knows"),
        way("yesterday's database put back, with yesterday's anchor", |it| it.lay(Day::Yesterday))
            .answer("code-not-accepted")
            .gains(EVERYTHING)
            .kept(Kept::Checkpoint)
            .anchor(AnchorIs::Yesterdays),
        way("the anchor deleted", |_| ()).start("there is no anchor").anchor(AnchorIs::Missing),
        way("the anchor cut short", |_| ()).start("is damaged").anchor(AnchorIs::Damaged),
        way("the anchor: yesterday's", |_| ())
            .anchor(AnchorIs::Yesterdays)
            .mended("a start has the anchor know today\'s logs again"),
        way("the anchor of another installation", |_| ())
            .start("another history")
            .anchor(AnchorIs::AnotherInstallations),
        way("the key file of another installation, or its database", |_| ())
            .answer("key-unknown")
            .start("does not belong to this data folder")
            .verify("is not as it was written")
            .other_keys(),
    ]
}
