//! Each setting, by the finding that it makes.

use super::*;
use crate::checks::Severity;

fn sound() -> Settings {
    Settings {
        version: 150_000,
        synchronous_commit: "on".to_owned(),
        synchronous_standbys: String::new(),
        fsync: true,
        full_page_writes: true,
        data_checksums: true,
        is_standby: false,
        connections: 100,
        clock: 1_000_000,
        answered_in: 1,
        shape: Shape::Known,
        tables: 20,
    }
}

#[test]
fn each_setting_that_breaks_a_promise_is_named() {
    let named = |change: fn(&mut Settings)| {
        let mut settings = sound();
        change(&mut settings);
        database(&settings, 1_000_000)
            .into_iter()
            .filter(|finding| finding.severity != Severity::Ok)
            .map(|finding| (finding.name, finding.severity))
            .collect::<Vec<_>>()
    };
    assert_eq!(named(|_| {}), []);
    let danger = |name| vec![(name, Severity::Danger)];
    assert_eq!(named(|it| it.fsync = false), danger("fsync-off"));
    assert_eq!(named(|it| it.full_page_writes = false), danger("full-page-writes-off"));
    assert_eq!(named(|it| it.synchronous_commit = "off".to_owned()), danger("synchronous-commit-off"));
    assert_eq!(named(|it| it.is_standby = true), danger("standby"));
    assert_eq!(named(|it| it.version = 120_000), danger("server-too-old"));
    assert_eq!(named(|it| it.clock += 9_000), danger("clock-skew"));
    assert_eq!(named(|it| it.clock -= 2_000), vec![("clock-skew", Severity::Advice)]);
    assert_eq!(named(|it| it.shape = Shape::Behind(vec![(4, "nodes")])), danger("migrations-missing"));
    assert_eq!(named(|it| it.shape = Shape::Foreign(9)), danger("migrations-foreign"));
    let waits_for_memory = named(|it| {
        it.synchronous_standbys = "one".to_owned();
        it.synchronous_commit = "remote_write".to_owned();
    });
    assert_eq!(waits_for_memory, danger("standby-not-awaited"));
}
