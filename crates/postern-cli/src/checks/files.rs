//! The key file and the anchor file.

use postern_outside::anchor_file::AnchorFile;
use postern_outside::key_file::KeyFile;

use super::{Finding, danger, ok};
use crate::config::Config;

/// The finding about the anchor.
pub(super) const ANCHOR: &str = "anchor-file";

/// Whether both are there, whole, and for the owner alone.
pub(super) fn files(config: &Config) -> Vec<Finding> {
    let keys = match KeyFile::open(&config.keys.file) {
        Ok(_) => ok("key-file", "The key file is whole, and for its owner alone."),
        Err(fault) => danger(
            "key-file",
            format!("{fault}."),
            "Without its keys an installation can neither test a code nor prove what it did.",
            "Put the installation's key file there, mode 0600, owned by the service's user.",
        ),
    };
    let anchor = match AnchorFile::look(&config.anchor.file) {
        Ok(_) => ok(ANCHOR, "The anchor can be read."),
        Err(fault) => danger(
            ANCHOR,
            format!("{fault}."),
            "Nothing tells whether the records were set back to an older time.",
            "Put this node's newest anchor file back. Never make a new one for old records.",
        ),
    };
    vec![keys, anchor]
}
