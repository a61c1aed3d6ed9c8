//! Pending events that somebody altered: they are put aside, and their record's log stops there, and nobody else's.

use postern_core::kernel::{Key, Outcome};
use postern_core::ports::Store;
use postern_store::postgres::Postgres;

use crate::counter::Counted;
use crate::harness::Harness as _;
use crate::on_server::OnServer;
use crate::support::{add, counter, counter_of, record, run, tenant};

/// Records in a tenant's log, in its order.
async fn numbered(node: &Postgres, number: u8) -> Vec<(Key, u64)> {
    node.number_now().await.expect("numbers");
    let events = node.events(tenant(number), 0, 100, None).await.expect("events");
    events.iter().map(|event| (event.key, event.version)).collect()
}

/// The record's own later events wait, also those that come after it was put aside; all others go on.
#[test]
fn what_follows_an_altered_event_waits() {
    for alter in [
        "UPDATE pending SET mac = set_byte(mac, 0, get_byte(mac, 0) # 1) WHERE version = 2",
        "UPDATE pending SET mac = ''::bytea WHERE version = 2",
        "UPDATE pending SET body = set_byte(body, 9, get_byte(body, 9) # 1) WHERE version = 2",
        "UPDATE pending SET version = 9 WHERE version = 2",
        "UPDATE pending SET kind = 99 WHERE version = 2",
        "UPDATE pending SET object = decode(repeat('09', 16), 'hex') WHERE version = 2",
    ] {
        run(async {
            let server = OnServer::read_committed();
            let node = server.node();
            for _ in 0..3 {
                add(&*node, counter(1), 1).await;
            }
            server.database().psql(alter);
            add(&*node, counter(2), 1).await;
            add(&*node, counter_of(tenant(2), 1), 1).await;
            let first = numbered(&node, 1).await;
            assert!(first.contains(&(counter(1), 1)), "{alter}");
            assert!(first.contains(&(counter(2), 1)), "{alter}");
            add(&*node, counter(1), 1).await;
            add(&*node, counter(2), 1).await;
            let second = numbered(&node, 1).await;
            assert!(second.contains(&(counter(2), 2)), "{alter}");
            assert!(
                !second.iter().any(|(key, version)| *key == counter(1) && *version > 1),
                "{alter}: {second:?}"
            );
            assert_eq!(numbered(&node, 2).await.len(), 1, "{alter}");
            assert_ne!(server.database().psql("SELECT count(*) FROM quarantine").trim(), "0", "{alter}");
            // What cannot be numbered is not looked at for ever.
            let seen_again = "SELECT count(*) FROM pending p WHERE NOT EXISTS (SELECT 1 FROM quarantine q
                WHERE (q.tenant, q.kind, q.object) = (p.tenant, p.kind, p.object))";
            assert_eq!(server.database().psql(seen_again).trim(), "0", "{alter}");
        });
    }
}

/// A pending event that nobody has any more leaves a hole: what follows must not be numbered over it.
#[test]
fn what_follows_a_lost_event_waits() {
    run(async {
        let server = OnServer::read_committed();
        let node = server.node();
        for _ in 0..3 {
            add(&*node, counter(1), 1).await;
        }
        server.database().psql("DELETE FROM pending WHERE version = 2");
        add(&*node, counter(2), 1).await;
        let log = numbered(&node, 1).await;
        assert!(log.contains(&(counter(2), 1)));
        assert!(!log.contains(&(counter(1), 3)), "{log:?}");
    });
}

/// The later event is neither pending nor numbered: an old row that is put back collides with it all the same.
#[test]
fn an_old_row_is_refused_where_its_history_is_put_aside() {
    run(async {
        let server = OnServer::read_committed();
        let node = server.node();
        add(&*node, counter(1), 1).await;
        let old = server.raw_row(counter(1)).expect("a row");
        add(&*node, counter(1), 1).await;
        server.database().psql("UPDATE pending SET mac = ''::bytea WHERE version = 2");
        assert_eq!(numbered(&node, 1).await, [(counter(1), 1)]);
        server.put_raw_row(counter(1), Some(&old));
        let end = record(&*node, counter(1), vec![Counted::Added(1)]).await;
        assert!(matches!(end, Outcome::Rejected(key) if key == counter(1)), "{end:?}");
    });
}

/// What was put aside is given until it was told of, the longest there first, and counts as there afterwards.
#[test]
fn what_was_put_aside_is_given_until_it_was_told_of() {
    run(async {
        let server = OnServer::read_committed();
        let node = server.node();
        let found = node.forged(10).await.expect("an answer");
        assert_eq!((found.any, found.untold), (false, Vec::new()));
        for number in 1..=3 {
            add(&*node, counter(number), 1).await;
        }
        server.database().psql(
            "UPDATE pending SET mac = ''::bytea; UPDATE pending SET kind = 99 WHERE object = \
             (SELECT object FROM pending ORDER BY object DESC LIMIT 1)",
        );
        node.number_now().await.expect("numbers");
        let found = node.forged(10).await.expect("an answer").untold;
        let mut keys: Vec<Key> = found.iter().map(|event| event.key).collect();
        keys.sort_unstable();
        assert_eq!(keys, [Key::tenant(tenant(1)), counter(1), counter(2)]);
        for event in &found {
            let digest =
                format!("SELECT encode(sha256(body), 'hex') FROM quarantine WHERE number = {}", event.number);
            let hex: String = event.digest.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(server.database().psql(&digest).trim(), hex);
        }
        assert_eq!(node.forged(2).await.expect("an answer").untold, found[..2]);
        node.forged_told(vec![found[0].number, found[2].number]).await.expect("it is noted");
        let left = node.forged(10).await.expect("an answer");
        assert_eq!((left.any, left.untold), (true, vec![found[1].clone()]));
        node.forged_told(vec![found[1].number]).await.expect("it is noted");
        let left = node.forged(10).await.expect("an answer");
        assert_eq!((left.any, left.untold), (true, Vec::new()));
    });
}
