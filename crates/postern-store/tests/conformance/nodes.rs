//! Many nodes on one database: contention, and batches that lock many records.

use std::collections::BTreeMap;
use std::sync::Arc;

use postern_core::kernel::{Outcome, Step, decide};
use postern_core::ports::Store;
use postern_store::postgres::{Isolation, Options, Postgres};

use crate::counter::Counted;
use crate::deadlocks::deadlocks;
use crate::on_server::{OnServer, another};
use crate::support::{add, counter, draft, held, look, record_all, run, sum, tenant};

/// The short form of a campaign, or the long one.
pub(crate) fn long(short: usize, long: usize) -> usize {
    if std::env::var_os("POSTERN_LONG").is_some() { long } else { short }
}

/// Two nodes on one database.
pub(crate) async fn two(server: &OnServer, options: Options) -> [Arc<Postgres>; 2] {
    let options = Options { clocks: None, sequences: false, ..options };
    // Opened first, it makes the tables.
    drop(server.node());
    let url = server.database().url();
    [Arc::new(another(&url, options).await), Arc::new(another(&url, options).await)]
}

/// Nobody gives up, and every addition is there once.
async fn contention(isolation: Isolation) {
    let server = OnServer::read_committed();
    let nodes = two(&server, Options { isolation, ..Options::default() }).await;
    let tasks: Vec<_> = (0..48)
        .map(|client| {
            let node = Arc::clone(&nodes[client % 2]);
            tokio::spawn(async move {
                let mut sums = Vec::new();
                for _ in 0..long(8, 100) {
                    sums.push(add(&*node, counter(1), 1).await);
                }
                sums
            })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.extend(task.await.expect("the task ends"));
    }
    answers.sort_unstable();
    let all = u64::try_from(answers.len()).expect("a number");
    assert_eq!(answers, (1..=all).collect::<Vec<_>>());
    assert_eq!(held(&*nodes[0], counter(1)).await.version(), all);
    nodes[1].number_now().await.expect("numbers");
    let head = nodes[0].head(tenant(1)).await.expect("a head");
    assert_eq!(head.frontier.size(), all);
}

#[test]
fn forty_eight_clients_on_one_record_over_two_nodes() {
    run(contention(Isolation::ReadCommitted));
}

#[test]
fn and_at_serializable_isolation() {
    run(contention(Isolation::Serializable));
}

/// Works that each change two of twelve records, in either order, in batches of two nodes with four committers each.
#[test]
fn batches_never_deadlock() {
    run(async {
        let server = OnServer::read_committed();
        let nodes = two(&server, Options::default()).await;
        let works = long(3_000, 100_000);
        let tasks: Vec<_> = (0..48_usize)
            .map(|client| {
                let node = Arc::clone(&nodes[client % 2]);
                tokio::spawn(async move {
                    let mut done = BTreeMap::<u8, u64>::new();
                    for round in 0..works / 48 {
                        let seed = client * 7_919 + round * 104_729;
                        let (left, right) = (seed % 12, (seed / 12 + 1 + seed % 12) % 12);
                        let [left, right] = [left, right].map(|n| u8::try_from(n).expect("small"));
                        both(&node, left, right).await;
                        *done.entry(left).or_default() += 1;
                        *done.entry(right).or_default() += 1;
                    }
                    done
                })
            })
            .collect();
        let mut expected = BTreeMap::<u8, u64>::new();
        for task in tasks {
            for (number, count) in task.await.expect("the task ends") {
                *expected.entry(number).or_default() += count;
            }
        }
        for (number, count) in expected {
            assert_eq!(sum(&*nodes[0], counter(number)).await, count, "counter {number}");
        }
        assert_eq!(deadlocks(&server, nodes).await, "0");
    });
}

/// Adds one to two counters, or two to one.
async fn both(node: &Postgres, left: u8, right: u8) {
    let (left, right) = (counter(left), counter(right));
    let view = look(node, &[left, right]).await;
    let end = decide(node, &view, move |view| {
        let mut draft = draft();
        if left == right {
            record_all(view.held(left)?, &[Counted::Added(2)], &mut draft);
        } else {
            for key in [left, right] {
                record_all(view.held(key)?, &[Counted::Added(1)], &mut draft);
            }
        }
        Ok(Step::<(), ()>::Decided(draft, ()))
    });
    let end = end.await;
    assert!(matches!(end, Outcome::Committed(())), "{end:?}");
}
