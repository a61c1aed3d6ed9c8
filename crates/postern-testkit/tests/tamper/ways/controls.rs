//! Controls, each out of the way: what would go through without it, and which one names it next.

use super::logs::{NEWEST, another_slot, edit};
use super::rows::{flip, replay};
use super::{Kept, Way, way};
use crate::forge;
use crate::ground::{AnchorIs, Day, Ground};

const SPENT: &[&str] = &["a spent code"];
/// Where Anna's newest event is in the log.
const PLACE: &str = "SELECT idx FROM event WHERE object = {anna} ORDER BY version DESC LIMIT 1";

/// Yesterday's row, and the event that followed it is gone.
fn forgotten(ground: &Ground) {
    ground.run(&format!("DELETE FROM event WHERE {NEWEST}"));
    replay(ground, "subject", "{anna}");
}

fn forgotten_and_closed_up(ground: &Ground) {
    let place = ground.behind().read(&ground.named(PLACE)).remove(0).remove(0);
    forgotten(ground);
    forge::close_up(ground, place.parse().unwrap());
}

fn forgotten_under_a_head(ground: &Ground) {
    forgotten_and_closed_up(ground);
    forge::head(ground);
}

fn forgotten_without_a_checkpoint(ground: &Ground) {
    forgotten_under_a_head(ground);
    ground.run("DELETE FROM checkpoint WHERE tenant = {t}");
}

fn edited(ground: &Ground) {
    edit(ground, "event", NEWEST, another_slot);
    forge::mac(ground, "event", NEWEST);
}

/// Every control out of the way.
pub(crate) fn controls() -> Vec<Way> {
    vec![
        way("the row's seal: yesterday's state at today's version, sealed with the row key", |it| {
            forge::row_of_yesterday(it, "anna");
        })
        .gains(SPENT)
        .verify("differs from what its events make"),
        way("an event's one place: yesterday's row, and its newer event deleted", forgotten)
            .gains(SPENT)
            .verify("expected, found event"),
        way("the log's numbers: the same, and the gap closed up", forgotten_and_closed_up)
            .gains_on_server(SPENT)
            .answer("code-not-accepted")
            .start("is not as it was written")
            .verify("log head"),
        way(
            "the head's seal: the same, and a head over what is left, sealed with the row key",
            forgotten_under_a_head,
        )
        .gains_on_server(SPENT)
        .answer("code-not-accepted")
        .start("does not continue what its anchor knows")
        .verify("the checkpoint covers"),
        way("the checkpoint: the same, and no checkpoint", forgotten_without_a_checkpoint)
            .gains_on_server(SPENT)
            .answer("code-not-accepted")
            .start("does not continue what its anchor knows"),
        way("the anchor: the same, and yesterday's anchor", forgotten_without_a_checkpoint)
            .anchor(AnchorIs::Yesterdays)
            .gains(SPENT)
            .answer("code-not-accepted")
            .kept(Kept::Checkpoint),
        way("an event's MAC: an event edited, with the event key", edited).verify("checkpoint's root"),
        way("the tree: the same, a head over it sealed with the row key, and no checkpoint", |it| {
            edited(it);
            forge::head(it);
            it.run("DELETE FROM checkpoint WHERE tenant = {t}");
        })
        .start("does not continue what its anchor knows")
        .verify("differs from what its events make"),
        way("a place's seal: a name given to another, sealed with the row key", |it| {
            it.run("UPDATE claim SET owner = {hugo} WHERE owner = {anna} AND space = 1");
            forge::seal_name(it, "hugo");
        })
        .answer("code-not-accepted")
        .verify("its owner does not name it"),
        way("an ended set's seal: one bit of it, sealed with the row key", |it| {
            flip(it, "part", "body", "id = {cleo} AND number = 1");
            forge::seal_part(it, "cleo", 1);
        })
        .verify("is not as it was written"),
        way("a waiting event's MAC: edited, with the event key", |it| {
            edit(it, "pending", "object = {hugo}", another_slot);
            forge::mac(it, "pending", "object = {hugo}");
        })
        .day(Day::Waiting)
        .verify("differs from what its events make"),
    ]
}
