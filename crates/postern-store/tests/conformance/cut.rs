//! Connections that are cut in the middle of a commit: what was committed is found out, never done twice.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use postern_core::ports::Store as _;
use postern_store::postgres::Options;

use crate::counter::Counted;
use crate::nodes::long;
use crate::on_server::{OnServer, another};
use crate::proxy::Proxy;
use crate::support::{add, counter, counter_of, held, record, run, sum, tenant};

#[test]
fn a_cut_commit_is_neither_lost_nor_done_twice() {
    run(async {
        let server = OnServer::read_committed();
        drop(server.node());
        let url = server.database().url();
        let socket = url.split(' ').find_map(|word| word.strip_prefix("host=")).expect("a socket");
        let proxy = Proxy::before(std::path::Path::new(socket), 3);
        let options = Options { clocks: None, sequences: false, committers: 2, ..Options::default() };
        let node = Arc::new(another(&proxy.url(server.database().name()), options).await);
        let (wanted, mut rounds, mut added) = (long(60, 500), 0_u8, 0);
        let mut created = Vec::new();
        while proxy.cut.load(Ordering::SeqCst) < wanted {
            rounds = rounds.checked_add(1).unwrap_or(1);
            let adding: Vec<_> = (0..4)
                .map(|_| {
                    let node = Arc::clone(&node);
                    tokio::spawn(async move { add(&*node, counter(1), 1).await })
                })
                .collect();
            // A record of its own each time, so that there is no row to lock.
            let fresh = counter_of(tenant(2), u8::try_from(created.len() % 250).expect("small"));
            let end = record(&*node, fresh, vec![Counted::Added(1)]).await;
            assert!(matches!(end, postern_core::kernel::Outcome::Committed(_)), "{end:?}");
            created.push(fresh);
            for task in adding {
                task.await.expect("it is committed");
                added += 1;
            }
        }
        let whole = server.node();
        assert_eq!(sum(&*whole, counter(1)).await, added);
        assert_eq!(held(&*whole, counter(1)).await.version(), added);
        for key in &created {
            let times = created.iter().filter(|other| *other == key).count();
            assert_eq!(sum(&*whole, *key).await, u64::try_from(times).expect("a number"));
        }
        whole.number_now().await.expect("numbers");
        let events = whole.head(tenant(1)).await.expect("a head").frontier.size();
        assert_eq!(events, added);
    });
}
