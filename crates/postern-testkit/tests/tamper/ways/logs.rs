//! Events, heads, checkpoints, and events that wait for a number.

use postern_log::canonical_value;

use super::{Kept, Way, way};
use crate::behind::from_hex;
use crate::ground::{Day, Ground};
use crate::seen_by::{PLACE, WAITING};

/// Anna's newest event.
pub(crate) const NEWEST: &str =
    "object = {anna} AND version = (SELECT max(version) FROM today_event WHERE object = {anna})";

const SIGNED_ANEW: &str = "a start, or the next second, signs it anew";

/// An event's bytes as others.
pub(crate) fn edit(ground: &Ground, table: &str, row: &str, edit: fn(&mut serde_json::Value)) {
    let (behind, row) = (ground.behind(), ground.named(row));
    let found = behind.read(&format!("SELECT {} FROM {table} WHERE {row}", behind.hex("body")));
    let mut event: serde_json::Value = serde_json::from_slice(&from_hex(&found[0][0])).unwrap();
    edit(&mut event);
    let bytes = behind.bytes(&canonical_value(&event).unwrap());
    behind.run(&format!("UPDATE {table} SET body = {bytes} WHERE {row}"));
}

/// The fact says that another code was spent.
pub(crate) fn another_slot(event: &mut serde_json::Value) {
    let slot = event["fact"]["slot"].as_u64().unwrap();
    event["fact"]["slot"] = (slot % 10 + 1).into();
}

pub(super) fn events() -> Vec<Way> {
    vec![
        way("an event edited", |it| edit(it, "event", NEWEST, another_slot))
            .verify("its MAC is wrong"),
        way("an event's MAC copied from another", |it| {
            it.run(&format!(
                "UPDATE event SET mac = (SELECT mac FROM event o WHERE o.object = {{hugo}} AND o.version = 1) WHERE {NEWEST}"
            ));
        })
            .verify("its MAC is wrong"),
        way("an event deleted in the middle", |it| it.run("DELETE FROM event WHERE object = {anna} AND version = 2"))
            .verify("expected, found event"),
        way("the newest events deleted", |it| {
            it.run(
                "DELETE FROM event WHERE tenant = {t} AND idx >= (SELECT size FROM yesterday_log_head WHERE tenant = {t})",
            );
        }).answer("code-not-accepted")
            .start("is not as it was written")
            .verify("the checkpoint covers"),
        way("the log's middle cut out", |it| {
            it.run("DELETE FROM event WHERE tenant = {t} AND idx BETWEEN 5 AND 15");
        })
            .verify("expected, found event"),
        way("the log's middle cut out and closed up", |it| {
            it.run(
                "DELETE FROM event WHERE tenant = {t} AND idx BETWEEN 5 AND 15; \
                 UPDATE event SET idx = idx + 1000000 WHERE tenant = {t} AND idx > 15; \
                 UPDATE event SET idx = idx - 1000011 WHERE tenant = {t} AND idx > 15",
            );
        }).answer("code-not-accepted")
            .start("is not as it was written")
            .verify("has version"),
        way("an event inserted: a copy under the next number", |it| {
            it.run(&format!(
                "INSERT INTO event SELECT tenant, (SELECT max(idx) + 1 FROM event o WHERE o.tenant = {{t}}), kind, \
                 object, version + 1, body, mac FROM event WHERE {NEWEST}"
            ));
        }).answer("code-not-accepted")
            .start("is not as it was written")
            .verify("its columns differ from what it says"),
        way("an event of another tenant inserted", |it| {
            it.run(
                "INSERT INTO event SELECT {t}, (SELECT max(idx) + 1 FROM event o WHERE o.tenant = {t}), kind, \
                 object, version, body, mac FROM event WHERE object = {dora} AND version = 1",
            );
        }).answer("code-not-accepted")
            .start("is not as it was written")
            .verify("its MAC is wrong"),
        way("two events reordered", |it| {
            it.run(
                "UPDATE event SET idx = 1000000 WHERE tenant = {t} AND idx = 4; \
                 UPDATE event SET idx = 4 WHERE tenant = {t} AND idx = 5; \
                 UPDATE event SET idx = 5 WHERE tenant = {t} AND idx = 1000000",
            );
        })
            .verify("root"),
        way("an event said to be another subject's", |it| {
            it.run(&format!("UPDATE event SET object = {{dora}} WHERE {NEWEST}"));
        })
            .verify("its columns differ from what it says"),
        way("an event said to be of another version", |it| {
            it.run(&format!("UPDATE event SET version = version + 7 WHERE {NEWEST}"));
        })
            .verify("its columns differ from what it says"),
    ]
}

pub(super) fn heads() -> Vec<Way> {
    vec![
        way("a log's head: yesterday's", |it| {
            it.run("DELETE FROM log_head; INSERT INTO log_head SELECT * FROM yesterday_log_head");
        })
            .start("is not as it was written")
            .verify("log head"),
        way("a log's head of another tenant", |it| {
            it.run(
                "UPDATE log_head SET (size, frontier, seal) = (SELECT size, frontier, seal FROM log_head o \
                 WHERE o.tenant = {other_t}) WHERE tenant = {t}",
            );
        })
            .start("is not as it was written")
            .verify("log head"),
        way("a log's head deleted", |it| it.run("DELETE FROM log_head WHERE tenant = {t}"))
            .start("is not as it was written")
            .verify("log head"),
        way("a checkpoint with another size in it", |it| {
            it.run("UPDATE checkpoint SET note = replace(note, size || '', '7') WHERE tenant = {t}");
        })
            .verify("checkpoint")
            .mended(SIGNED_ANEW),
        way("a checkpoint of another tenant", |it| {
            it.run(
                "UPDATE checkpoint SET note = (SELECT note FROM checkpoint o WHERE o.tenant = {other_t}) WHERE tenant = {t}",
            );
        })
            .verify("checkpoint"),
        way("a checkpoint: yesterday's", |it| {
            it.run("DELETE FROM checkpoint; INSERT INTO checkpoint SELECT * FROM yesterday_checkpoint");
        })
        .mended(SIGNED_ANEW),
        way("a checkpoint: yesterday's, said to be of a size that is never reached", |it| {
            it.run(
                "DELETE FROM checkpoint; INSERT INTO checkpoint SELECT tenant, 1000000000, note FROM yesterday_checkpoint",
            );
        })
        .mended(SIGNED_ANEW),
        way("a checkpoint deleted", |it| it.run("DELETE FROM checkpoint")).mended(SIGNED_ANEW),
    ]
}

pub(super) fn pending() -> Vec<Way> {
    let of = |done, alter| way(done, alter).day(Day::Waiting);
    vec![
        of("a waiting event edited", |it| edit(it, "pending", "object = {hugo}", another_slot))
            .verify("its events make")
            .also(WAITING)
            .forged(),
        of("a waiting event deleted", |it| it.run("DELETE FROM pending"))
            .verify("its events make"),
        of("a waiting event put aside by hand", |it| {
            it.run("INSERT INTO quarantine SELECT * FROM pending; DELETE FROM pending");
        })
            .verify("its events make")
            .forged(),
        of("a waiting event of a later version inserted", |it| {
            it.run(
                "INSERT INTO pending SELECT tenant, kind, object, version + 1, body, mac, at FROM pending",
            );
        })
            .verify("was put aside")
            .also(WAITING)
            .forged(),
        of("a waiting event said to be another subject's", |it| it.run("UPDATE pending SET object = {kim}"))
            .verify("its events make")
            .also(WAITING)
            .forged(),
        of("a waiting event of another tenant", |it| it.run("UPDATE pending SET tenant = {other_t}"))
            .verify("its events make")
            .also(WAITING)
            .forged(),
        of("a waiting event that has its number already", |it| {
            it.run(&format!("INSERT INTO pending SELECT tenant, kind, object, version, body, mac, 0 FROM event WHERE {NEWEST}"));
        })
            .verify("was put aside")
            .also(PLACE)
            .forged(),
        of("a code spent a moment ago: its waiting event deleted, and the row of before", |it| {
            it.run(
                "DELETE FROM pending; DELETE FROM subject WHERE id = {hugo}; \
                 INSERT INTO subject SELECT * FROM today_subject WHERE id = {hugo}",
            );
        })
        .gains(&["a code spent a moment ago"])
        .kept(Kept::Receipt),
    ]
}
