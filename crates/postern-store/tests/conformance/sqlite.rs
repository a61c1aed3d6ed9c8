//! What only SQLite has: a folder, a queue, a writer, and a database that outlives them.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use postern_core::Time;
use postern_core::kernel::{Key, Kind, Outcome, decide};
use postern_core::ports::Store;
use postern_store::sqlite::backup::lay_down;
use postern_store::sqlite::{OpenError, Options, Sqlite};

use crate::counter::Counted;
use crate::harness::{Harness, OnDisk, raw};
use crate::support::{
    Ended, add, counter, counter_of, held, look, record, record_seen, recorded, run, sealer, sum, tenant,
};

/// Keeps the writer inside a transaction: work that is decided again and waits in there.
struct Stalled {
    go_on: Sender<()>,
    work: tokio::task::JoinHandle<Ended>,
}

/// Stalls the writer on a counter that has one fact by then.
async fn stall(store: &Arc<dyn Store>, key: Key) -> Stalled {
    let old = look(&**store, &[key]).await;
    add(&**store, key, 1).await;
    let ((go_on, wait), (here, arrived)): ((_, Receiver<()>), _) =
        (channel(), tokio::sync::oneshot::channel());
    let (wait, mut here) = (Mutex::new(wait), Some(here));
    let mut first = true;
    let store = Arc::clone(store);
    let work = tokio::spawn(async move {
        decide(&*store, &old, move |view| {
            if !std::mem::take(&mut first) {
                here.take().expect("once").send(()).expect("the case waits");
                wait.lock().expect("a lock").recv().expect("the case goes on");
            }
            recorded(view, key, &[Counted::Added(1)])
        })
        .await
    });
    arrived.await.expect("the writer is there");
    Stalled { go_on, work }
}

impl Stalled {
    async fn go_on(self) {
        self.go_on.send(()).expect("the writer waits");
        assert!(matches!(self.work.await.expect("the task ends"), Outcome::Committed(2)));
    }
}

/// Polls once: what can be done without waiting is done.
fn poll_once<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    std::pin::Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn what_was_decided_on_changes_that_were_rolled_back_is_decided_again() {
    run(async {
        let disk = OnDisk::new();
        let (store, shared) = (disk.store(), counter(2));
        let due = || vec![Counted::Due(Time::from_millis(5_000))];
        // No two counters may be due at once: so the last work of the batch takes all of it along.
        disk.raw().execute_batch("CREATE UNIQUE INDEX once ON prover (due)").expect("an index");
        assert!(matches!(record(&*store, counter(3), due()).await, Outcome::Committed(0)));
        let old = look(&*store, &[shared]).await;
        add(&*store, shared, 1).await;
        let stalled = stall(&store, counter(1)).await;
        let mut times = 0;
        let mut first = Box::pin(decide(&*store, &old, move |view| {
            times += 1;
            recorded(view, shared, &[Counted::Added(if times < 3 { 10 } else { 20 })])
        }));
        let mut second = Box::pin(record_seen(&*store, &old, shared, vec![Counted::Added(100)]));
        let mut third = Box::pin(record(&*store, counter(4), due()));
        assert!(poll_once(&mut first).is_pending());
        assert!(poll_once(&mut second).is_pending());
        assert!(poll_once(&mut third).is_pending());
        stalled.go_on().await;
        assert!(matches!(first.await, Outcome::Committed(21)), "decided three times");
        assert!(matches!(second.await, Outcome::Committed(121)), "decided on what the first came to");
        assert!(matches!(third.await, Outcome::Busy));
        assert_eq!(sum(&*store, shared).await, 121);
    });
}

#[test]
fn a_full_queue_is_busy_before_any_work() {
    run(async {
        let disk = OnDisk::with(Options { queue: 2, ..Options::default() });
        let store = disk.store();
        let stalled = stall(&store, counter(1)).await;
        let mut waiting: Vec<_> = Vec::new();
        for number in [2, 3] {
            let mut work = Box::pin(record(&*store, counter(number), vec![Counted::Added(1)]));
            assert!(poll_once(&mut work).is_pending());
            waiting.push(work);
        }
        assert!(matches!(record(&*store, counter(4), vec![Counted::Added(1)]).await, Outcome::Busy));
        assert!(store.keep_checkpoint(counter(1).tenant, 1, String::new()).await.is_err());
        stalled.go_on().await;
        for work in waiting {
            assert!(matches!(work.await, Outcome::Committed(1)));
        }
        assert_eq!(sum(&*store, counter(4)).await, 0);
        assert_eq!(add(&*store, counter(4), 1).await, 1);
    });
}

#[test]
fn work_that_nobody_waits_for_is_not_applied() {
    run(async {
        let disk = OnDisk::new();
        let store = disk.store();
        let stalled = stall(&store, counter(1)).await;
        let mut dropped = Box::pin(record(&*store, counter(2), vec![Counted::Added(1)]));
        assert!(poll_once(&mut dropped).is_pending());
        drop(dropped);
        drop(Box::pin(record(&*store, counter(3), vec![Counted::Added(1)])));
        stalled.go_on().await;
        add(&*store, counter(4), 1).await;
        assert_eq!(held(&*store, counter(2)).await.version(), 0);
        assert_eq!(held(&*store, counter(3)).await.version(), 0);
    });
}

#[test]
fn readers_see_nothing_of_a_transaction_before_it_commits() {
    run(async {
        let disk = OnDisk::new();
        let store = disk.store();
        let stalled = stall(&store, counter(1)).await;
        assert_eq!(sum(&*store, counter(1)).await, 1);
        stalled.go_on().await;
        assert_eq!(sum(&*store, counter(1)).await, 2);
    });
}

#[test]
fn a_backup_and_its_laying_down_say_how_far_they_are() {
    run(async {
        let disk = OnDisk::new();
        let store = disk.store();
        for number in 0..20 {
            add(&*store, counter(number), 1).await;
        }
        assert_eq!(store.backed_up(), (0, 0));
        let backup = disk.folder().join("backup");
        store.back_up(backup.clone(), Time::START).await.expect("a backup");
        let (done, all) = store.backed_up();
        let pages: u64 = disk
            .raw()
            .query_row("PRAGMA page_count", (), |row| row.get::<_, i64>(0))
            .expect("a count")
            .unsigned_abs();
        assert_eq!((done, all), (pages, pages));
        let (said, to) = (Mutex::new(Vec::new()), disk.folder().join("laid"));
        let copied = |done, all| said.lock().expect("a lock").push((done, all));
        lay_down(&backup, &to, (&std::collections::BTreeSet::new(), Time::START), &copied)
            .expect("laid down");
        let bytes = backup.join("postern.db").metadata().expect("a file").len();
        assert_eq!(said.into_inner().expect("a lock"), [(bytes, bytes)]);
    });
}

/// Guards cannot see this one: the event after the old row's is gone as well. The unique history does, and
/// the batch's other work commits.
#[test]
fn a_collision_in_a_batch_is_one_jobs_end_only() {
    run(async {
        let disk = OnDisk::new();
        let store = disk.store();
        add(&*store, counter(9), 1).await;
        let old = disk.raw_row(counter(9)).expect("a row");
        add(&*store, counter(9), 1).await;
        add(&*store, counter(9), 1).await;
        disk.put_raw_row(counter(9), Some(&old));
        disk.raw()
            .execute("DELETE FROM event WHERE object = ?1 AND version = 2", (counter(9).id,))
            .expect("gone");
        let stalled = stall(&store, counter(1)).await;
        let facts = || vec![Counted::Added(1), Counted::Added(1)];
        let seen = look(&*store, &[counter(2)]).await;
        let keys = [counter(2), counter(9), counter(3), counter(2)];
        let mut waiting: Vec<_> = Vec::new();
        for key in keys {
            let view = if key == counter(2) { seen.clone() } else { look(&*store, &[key]).await };
            let store = &*store;
            let work = async move { crate::support::record_seen(store, &view, key, facts()).await };
            let mut work = Box::pin(work);
            assert!(poll_once(&mut work).is_pending());
            waiting.push(work);
        }
        stalled.go_on().await;
        let mut ends = Vec::new();
        for work in waiting {
            ends.push(work.await);
        }
        assert!(matches!(ends[1], Outcome::Rejected(key) if key == counter(9)), "{ends:?}");
        for (end, expected) in [(&ends[0], 2), (&ends[2], 2), (&ends[3], 4)] {
            assert!(matches!(end, Outcome::Committed(sum) if *sum == expected), "{ends:?}");
        }
        assert_eq!(held(&*store, counter(2)).await.version(), 4);
        assert_eq!(store.head(counter(1).tenant).await.expect("a head").frontier.size(), 3 + 2 + 6);
    });
}

/// SQLite fails for one job: the others are not its victims, and nothing of it is there.
#[test]
fn an_error_in_a_batch_is_one_jobs_end_only() {
    run(async {
        let disk = OnDisk::new();
        let store = disk.store();
        disk.raw().execute_batch("ALTER TABLE keyring RENAME TO lost").expect("a table is lost");
        let stalled = stall(&store, counter(4)).await;
        let mut failing = Box::pin(crate::cases::records::create(&*store, counter(5).id));
        let mut other = Box::pin(record(&*store, counter(3), vec![Counted::Added(1)]));
        assert!(poll_once(&mut failing).is_pending() && poll_once(&mut other).is_pending());
        stalled.go_on().await;
        assert!(matches!(failing.await, Outcome::Busy));
        assert!(matches!(other.await, Outcome::Committed(1)));
        let subject = Key::new(Kind::Subject, counter(5).tenant, counter(5).id);
        assert!(disk.raw_row(subject).is_none());
        assert!(store.claims(subject.tenant).await.expect("claims").is_empty());
        disk.raw().execute_batch("ALTER TABLE lost RENAME TO keyring").expect("it is found");
        let end = crate::cases::records::create(&*store, counter(5).id).await;
        assert!(matches!(end, Outcome::Committed(())));
    });
}

#[test]
fn more_tenants_than_heads_in_memory_write_on() {
    run(async {
        let disk = OnDisk::with(Options { heads: 2, ..Options::default() });
        let store = disk.store();
        for round in 1..4 {
            for number in 1..6 {
                assert_eq!(add(&*store, counter_of(tenant(number), 1), 1).await, round);
            }
        }
        for number in 1..6 {
            assert_eq!(store.head(tenant(number)).await.expect("a head").frontier.size(), 3);
        }
    });
}

#[test]
fn a_log_that_was_cut_under_a_running_store_takes_no_more() {
    run(async {
        let disk = OnDisk::new();
        let store = disk.store();
        let of_another = counter_of(tenant(2), 1);
        for _ in 0..3 {
            add(&*store, counter(1), 1).await;
            add(&*store, of_another, 1).await;
        }
        let cut = "DELETE FROM event WHERE tenant = ?1 AND idx = 2";
        assert_eq!(disk.raw().execute(cut, (tenant(1).bytes(),)).expect("a cut"), 1);
        let end = record(&*store, counter(2), vec![Counted::Added(1)]).await;
        assert!(matches!(end, Outcome::Rejected(key) if key == Key::tenant(tenant(1))), "{end:?}");
        assert_eq!(add(&*store, of_another, 1).await, 4);
    });
}

#[test]
fn a_head_that_says_another_size_is_none() {
    run(async {
        let disk = OnDisk::new();
        let store = disk.store();
        add(&*store, counter(1), 1).await;
        drop(store);
        disk.raw().execute("UPDATE log_head SET size = size + 1", ()).expect("another size");
        let disk = disk.reopened();
        let store = disk.store();
        assert!(store.head(tenant(1)).await.is_err());
        let end = record(&*store, counter(1), vec![Counted::Added(1)]).await;
        assert!(matches!(end, Outcome::Rejected(key) if key == Key::tenant(tenant(1))), "{end:?}");
    });
}

#[test]
fn everything_is_there_after_opening_again() {
    run(async {
        let disk = OnDisk::new();
        let store = disk.store();
        for number in 0..20 {
            add(&*store, counter(number), u64::from(number)).await;
        }
        store.keep_checkpoint(counter(1).tenant, 20, "note".to_owned()).await.expect("it is kept");
        let head = store.head(counter(1).tenant).await.expect("a head");
        drop(store);
        let disk = disk.reopened();
        let store = disk.store();
        for number in 0..20 {
            assert_eq!(sum(&*store, counter(number)).await, u64::from(number));
        }
        assert_eq!(store.head(counter(1).tenant).await.expect("a head"), head);
        assert_eq!(store.checkpoint(counter(1).tenant).await.expect("an answer").as_deref(), Some("note"));
        assert!(store.take_grown().is_empty());
    });
}

#[test]
fn closing_finishes_what_waits() {
    run(async {
        let disk = OnDisk::new();
        let store = disk.store();
        let works: Vec<_> = (0..50)
            .map(|number| {
                let store = Arc::clone(&store);
                tokio::spawn(async move { add(&*store, counter(number), 1).await })
            })
            .collect();
        for work in works {
            work.await.expect("the task ends");
        }
        drop(store);
        let disk = disk.reopened();
        assert_eq!(disk.store().list(Kind::Prover, None, None, 100).await.expect("a list").len(), 50);
    });
}

#[test]
fn a_folder_has_one_owner_and_is_private() {
    let disk = OnDisk::new();
    let Err(refused) = Sqlite::open(disk.folder(), sealer(), Options::default()) else {
        panic!("two stores in one folder");
    };
    assert!(matches!(&refused, OpenError::InUse { folder } if folder == disk.folder()));
    assert!(refused.to_string().contains("is in use; stop the postern process"), "{refused}");

    let inner = disk.folder().join("made/by/the/store");
    let store = Sqlite::open(&inner, sealer(), Options::default()).expect("a store");
    run(async {
        add(&store, counter(1), 1).await;
    });
    let mode = |name: &str| {
        let path = inner.join(name);
        path.metadata().expect("it is there").permissions().mode() & 0o777
    };
    assert_eq!(mode(""), 0o700);
    for name in ["postern.db", "postern.db-wal", "postern.db-shm", "lock"] {
        assert_eq!(mode(name), 0o600, "{name}");
    }
}

#[test]
fn a_later_database_is_refused() {
    let disk = OnDisk::new();
    let folder = tempfile::TempDir::new().expect("a folder");
    drop(Sqlite::open(folder.path(), sealer(), Options::default()).expect("a store"));
    let later = "INSERT INTO migration (number, name, applied) VALUES (99, 'later', '')";
    raw(folder.path()).execute(later, ()).expect("a step");
    let Err(refused) = Sqlite::open(folder.path(), sealer(), Options::default()) else {
        panic!("a later database was opened");
    };
    assert!(matches!(refused, OpenError::Foreign { found: 99, .. }));
    assert!(refused.to_string().contains("start the release that wrote it"), "{refused}");
    drop(disk);
}

#[test]
fn a_database_of_other_steps_is_refused() {
    for other in [
        "UPDATE migration SET name = 'other' WHERE number = 1",
        "UPDATE migration SET number = 99 WHERE number = 1",
    ] {
        let folder = tempfile::TempDir::new().expect("a folder");
        drop(Sqlite::open(folder.path(), sealer(), Options::default()).expect("a store"));
        raw(folder.path()).execute(other, ()).expect("another step");
        let opened = Sqlite::open(folder.path(), sealer(), Options::default());
        assert!(matches!(opened.err(), Some(OpenError::Foreign { .. })), "{other}");
    }
}

#[test]
fn what_is_no_database_is_refused() {
    let folder = tempfile::TempDir::new().expect("a folder");
    std::fs::write(folder.path().join("postern.db"), vec![7; 5000]).expect("a file");
    let refused = Sqlite::open(folder.path(), sealer(), Options::default());
    assert!(matches!(refused, Err(OpenError::Database { .. })));
}

#[test]
fn every_kind_has_the_tables_that_statements_are_made_for() {
    let disk = OnDisk::new();
    let raw = disk.raw();
    let text = |name: &str| -> String {
        raw.query_row("SELECT sql FROM sqlite_schema WHERE name = ?1", (name,), |row| row.get(0))
            .unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    for kind in Kind::ALL {
        let name = kind.name();
        let like = |of: &str| text(&format!("subject{of}")).replace("subject", name);
        assert_eq!(text(name), like(""));
        assert_eq!(text(&format!("{name}_state")), like("_state"));
        assert_eq!(text(&format!("{name}_due")), like("_due"));
    }
    let tables = "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND NOT strict
                  AND name NOT LIKE 'sqlite_%'";
    assert_eq!(raw.query_row(tables, (), |row| row.get::<_, i64>(0)).expect("a count"), 0);
}

/// Columns of another type, which a STRICT table has only after somebody wrote to its pages.
#[test]
fn a_row_that_cannot_even_be_read_is_refused() {
    run(async {
        let disk = OnDisk::new();
        let store = disk.store();
        add(&*store, counter(1), 1).await;
        let raw = disk.raw();
        raw.execute_batch(
            "PRAGMA writable_schema = ON;
             UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ')') WHERE name = 'prover';",
        )
        .expect("the table is lax");
        drop(raw);
        let spoil = "UPDATE prover SET state = CAST(x'ff' AS TEXT), seal = 5";
        disk.raw().execute(spoil, ()).expect("a row that is none");
        for _ in 0..2 {
            let end = record(&*store, counter(1), vec![Counted::Added(1)]).await;
            assert!(matches!(end, Outcome::Rejected(key) if key == counter(1)), "{end:?}");
        }
        assert_eq!(store.list(Kind::Prover, None, None, 10).await.expect("a list").len(), 1);
    });
}
