//! Commits that are cut while another node writes the very same: an event that is there may be another's.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use postern_core::kernel::{Committed, Decided, Key, Outcome, Want, Work};
use postern_core::ports::Store;
use postern_store::postgres::{Options, Postgres};

use crate::counter::Counted;
use crate::nodes::long;
use crate::on_server::{OnServer, another};
use crate::proxy::Proxy;
use crate::sequencer::whole;
use crate::support::{counter, counter_of, look, record, recorded, run, sum, tenant};

/// Two nodes behind a proxy that cuts, and one that is not cut.
async fn cut_nodes(server: &OnServer) -> (Proxy, [Arc<Postgres>; 2]) {
    drop(server.node());
    let url = server.database().url();
    let socket = url.split(' ').find_map(|word| word.strip_prefix("host=")).expect("a socket");
    let proxy = Proxy::before(Path::new(socket), 3);
    let options = Options { clocks: None, sequences: false, committers: 2, ..Options::default() };
    let url = proxy.url(server.database().name());
    let nodes = [Arc::new(another(&url, options).await), Arc::new(another(&url, options).await)];
    (proxy, nodes)
}

/// Every sum is what was answered, and the log is whole.
async fn agree(server: &OnServer, committed: &BTreeMap<Key, u64>) {
    let node = server.node();
    for (key, count) in committed {
        assert_eq!(sum(&*node, *key).await, *count, "{key:?}");
    }
    node.number_now().await.expect("numbers");
    whole(&*node, committed).await;
}

/// Works of both nodes have the same time, actor and fact: their events differ in nothing.
#[test]
fn anothers_equal_event_is_not_taken_for_ones_own() {
    run(async {
        let server = OnServer::read_committed();
        let (proxy, nodes) = cut_nodes(&server).await;
        let (wanted, proxy) = (long(30, 500), Arc::new(proxy));
        let tasks: Vec<_> = (0..8)
            .map(|client| {
                let (node, proxy) = (Arc::clone(&nodes[client % 2]), Arc::clone(&proxy));
                tokio::spawn(async move {
                    let mut added = 0;
                    while proxy.cut.load(Ordering::SeqCst) < wanted {
                        let end = record(&*node, counter(1), vec![Counted::Added(1)]).await;
                        assert!(matches!(end, Outcome::Committed(_)), "{end:?}");
                        added += 1;
                    }
                    added
                })
            })
            .collect();
        let mut added = 0;
        for task in tasks {
            added += task.await.expect("the task ends");
        }
        agree(&server, &[(counter(1), added)].into()).await;
    });
}

/// A work that was decided before its record was there.
async fn begun(store: &dyn Store, key: Key) -> Work {
    let view = look(store, &[key]).await;
    let decided = move |view: &_| match recorded(view, key, &[Counted::Added(1)]) {
        Ok(postern_core::kernel::Step::Decided(draft, _)) => Decided::Draft(draft),
        _ => Decided::Rejected(key),
    };
    let Decided::Draft(draft) = decided(&view) else { panic!("nothing was decided") };
    Work { wants: vec![Want::Key(key)], draft, again: Box::new(decided) }
}

/// Where a record is not there yet, no lock makes one wait for the commit that was not answered.
#[test]
fn a_new_record_is_not_begun_twice() {
    run(async {
        let server = OnServer::read_committed();
        let (proxy, nodes) = cut_nodes(&server).await;
        let (wanted, mut committed) = (long(30, 500), BTreeMap::new());
        for round in 0_u16.. {
            if proxy.cut.load(Ordering::SeqCst) >= wanted {
                break;
            }
            let [high, low] = round.to_be_bytes();
            let key = counter_of(tenant(high + 1), low);
            let mut tasks = Vec::new();
            for client in 0..6 {
                let node = Arc::clone(&nodes[client % 2]);
                let work = begun(&*node, key).await;
                tasks.push(tokio::spawn(async move { node.submit(work).await }));
            }
            for task in tasks {
                assert_eq!(task.await.expect("the task ends"), Committed::Committed);
            }
            committed.insert(key, 6);
        }
        agree(&server, &committed).await;
    });
}
