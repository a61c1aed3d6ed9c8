//! Sequencers that compete, and die in the middle of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use postern_core::kernel::{Key, Outcome, StoredEvent};
use postern_core::ports::Store;
use postern_log::{Frontier, leaf_hash};
use postern_store::postgres::Options;

use crate::counter::Counted;
use crate::harness::Harness as _;
use crate::nodes::{long, two};
use crate::on_server::{OnServer, another};
use crate::support::{add, counter, counter_of, record, run, tenant};

/// Every tenant's events are numbered without a gap, versions in order, and the head is the tree over them.
pub(crate) async fn whole(store: &dyn Store, committed: &BTreeMap<Key, u64>) {
    let mut found = BTreeMap::<Key, u64>::new();
    for tenant in store.tenants().await.expect("tenants") {
        let (mut tree, mut from) = (Frontier::new(), 0);
        loop {
            let page = store.events(tenant, from, 1000, None).await.expect("events");
            for event in &page {
                assert_eq!(event.index, tree.size(), "a gap");
                tree.append(leaf_hash(&event.bytes));
                let version = found.entry(event.key).or_default();
                *version += 1;
                assert_eq!(event.version, *version, "versions out of order");
            }
            let Some(last) = page.last() else { break };
            from = last.index + 1;
        }
        assert_eq!(store.head(tenant).await.expect("a head").frontier, tree);
    }
    assert_eq!(&found, committed);
}

#[test]
fn every_commit_is_numbered_once_whoever_dies() {
    run(async {
        let server = OnServer::read_committed();
        let [left, right] = two(&server, Options { committers: 2, ..Options::default() }).await;
        let stop = Arc::new(AtomicBool::new(false));
        let (url, stopped) = (server.database().url(), Arc::clone(&stop));
        let options = Options { clocks: None, committers: 1, readers: 1, ..Options::default() };
        // A node that only numbers, and one that is killed again and again, transactions and all.
        let stays = another(&url, options).await;
        let killed = std::thread::spawn(move || {
            let mut deaths = 0;
            while !stopped.load(Ordering::SeqCst) {
                let runtime =
                    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
                let runtime = runtime.expect("a runtime");
                let node = runtime.block_on(another(&url, options));
                std::thread::sleep(Duration::from_millis(if deaths % 2 == 0 { 250 } else { 430 }));
                runtime.shutdown_background();
                drop(node);
                deaths += 1;
            }
            deaths
        });
        let until =
            tokio::time::Instant::now() + Duration::from_secs(u64::try_from(long(5, 60)).expect("seconds"));
        let writers: Vec<_> = (0..4_u8)
            .map(|writer| {
                let node = Arc::clone(if writer % 2 == 0 { &left } else { &right });
                tokio::spawn(async move {
                    let mut done = BTreeMap::<Key, u64>::new();
                    for round in 0_u32.. {
                        if tokio::time::Instant::now() > until {
                            break;
                        }
                        let place = u8::try_from(round % 3).expect("small");
                        let key = counter_of(
                            tenant(1 + place),
                            writer * 10 + u8::try_from(round % 7).expect("small"),
                        );
                        let end = record(&*node, key, vec![Counted::Added(1), Counted::Added(1)]).await;
                        assert!(matches!(end, Outcome::Committed(_)), "{end:?}");
                        *done.entry(key).or_default() += 2;
                    }
                    done
                })
            })
            .collect();
        let mut committed = BTreeMap::new();
        for writer in writers {
            committed.extend(writer.await.expect("the writer ends"));
        }
        stop.store(true, Ordering::SeqCst);
        assert!(killed.join().expect("a number") > 3);
        stays.close().await;
        left.number_now().await.expect("numbers");
        whole(&*left, &committed).await;
        let left_over = "SELECT (SELECT count(*) FROM pending) + (SELECT count(*) FROM quarantine)";
        assert_eq!(server.database().psql(left_over).trim(), "0");
    });
}

/// Two that number at once, without any lease: the locked head makes one wait for the other, neither fails, and when
/// numbering returns, everything that was committed before has its number.
#[test]
fn two_who_number_at_once_wait_for_each_other() {
    run(async {
        let server = OnServer::read_committed();
        let nodes = two(&server, Options::default()).await;
        let numbering: Vec<_> = nodes
            .iter()
            .zip(0_u8..)
            .map(|(node, number)| {
                let node = Arc::clone(node);
                tokio::spawn(async move {
                    for round in 1..=100 {
                        add(&*node, counter(number), 1).await;
                        node.number_now().await.expect("it waits, and numbers what is left");
                        let event = node.event(counter(number), round).await.expect("an answer");
                        assert_ne!(event.expect("an event").index, StoredEvent::UNNUMBERED);
                    }
                })
            })
            .collect();
        for task in numbering {
            task.await.expect("it numbers");
        }
        whole(&*nodes[0], &BTreeMap::from([(counter(0), 100), (counter(1), 100)])).await;
    });
}

/// Another node's numbering, held back between its lock and its commit.
const HELD_BACK: &str = "BEGIN; SELECT 1 FROM log_head FOR UPDATE; SELECT pg_sleep(1); \
     INSERT INTO event SELECT * FROM spare_event; DELETE FROM pending WHERE version = 1; \
     UPDATE log_head h SET size = k.size FROM kept_head k WHERE k.tenant = h.tenant; COMMIT";

/// Who waited for a head goes on from what the other one wrote meanwhile.
#[test]
fn who_waited_for_a_head_sees_what_was_numbered_meanwhile() {
    run(async {
        let server = OnServer::read_committed();
        let node = server.node();
        add(&*node, counter(1), 1).await;
        node.number_now().await.expect("numbers");
        server.database().psql(
            "CREATE TABLE spare_event AS SELECT * FROM event; CREATE TABLE kept_head AS SELECT * FROM log_head; \
             INSERT INTO pending SELECT tenant, kind, object, version, body, mac, 0 FROM event; \
             DELETE FROM event; UPDATE log_head SET size = 0",
        );
        add(&*node, counter(1), 1).await;
        tokio::task::block_in_place(|| {
            std::thread::scope(|scope| {
                let other = scope.spawn(|| server.database().psql(HELD_BACK));
                std::thread::sleep(Duration::from_millis(300));
                let numbered = tokio::runtime::Handle::current().block_on(node.number_now());
                numbered.expect("it waits, and numbers what is left");
                other.join().expect("it commits");
            });
        });
        // Asked of the database itself, since this node numbers what waits before it reads.
        assert_eq!(server.database().psql("SELECT count(*) FROM pending").trim(), "0");
        whole(&*node, &BTreeMap::from([(counter(1), 2)])).await;
    });
}

#[test]
fn an_altered_pending_event_stops_its_record_only() {
    for alter in [
        "UPDATE pending SET mac = set_byte(mac, 0, get_byte(mac, 0) # 1)",
        "UPDATE pending SET body = set_byte(body, 9, get_byte(body, 9) # 1)",
        "UPDATE pending SET version = version + 1",
        "UPDATE pending SET object = decode(repeat('09', 16), 'hex')",
    ] {
        run(async {
            let server = OnServer::read_committed();
            let [node, _] = two(&server, Options::default()).await;
            add(&*node, counter(1), 1).await;
            server.database().psql(alter);
            add(&*node, counter(2), 1).await;
            node.number_now().await.expect("numbers");
            add(&*node, counter(2), 1).await;
            node.number_now().await.expect("numbers");
            let events = node.events(tenant(1), 0, 10, None).await.expect("events");
            assert!(events.iter().all(|event| event.key == counter(2)), "{alter}");
            assert_eq!(events.len(), 2, "{alter}");
            assert_eq!(server.database().psql("SELECT count(*) FROM quarantine").trim(), "1", "{alter}");
        });
    }
}

/// The later event is only pending: an old row that is put back collides with it all the same.
#[test]
fn an_old_row_is_refused_before_its_history_is_numbered() {
    run(async {
        let server = OnServer::read_committed();
        let node = server.node();
        add(&*node, counter(1), 1).await;
        let old = server.raw_row(counter(1)).expect("a row");
        add(&*node, counter(1), 1).await;
        server.put_raw_row(counter(1), Some(&old));
        let end = record(&*node, counter(1), vec![Counted::Added(1)]).await;
        assert!(matches!(end, Outcome::Rejected(key) if key == counter(1)), "{end:?}");
        assert_eq!(server.database().psql("SELECT count(*) FROM pending").trim(), "2");
    });
}
