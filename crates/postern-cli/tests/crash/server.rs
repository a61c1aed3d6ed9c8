//! The database's server is stopped at once, as by a power cut, and comes back: both nodes go on by themselves.

use std::process::Command;

use tokio::task::JoinSet;

use crate::load::Load;
use crate::site::Site;
use crate::{Moments, goes_on};

/// Answers at most between two crashes.
const BETWEEN: u8 = 120;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_databases_server_crashes_and_comes_back() {
    let mut site = Site::on_a_cluster(&[]);
    let mut cluster = site.cluster.take().unwrap();
    let (load, moments) = (Load::new(site), Moments::new());
    let serving = load.site.serve();
    let (mut clients, mut crashed, mut unanswered) = (JoinSet::new(), 0, 0);
    while goes_on(crashed, unanswered) {
        for node in &serving {
            load.send(&mut clients, &node.authority);
        }
        load.answered(moments.next(BETWEEN)).await;
        tokio::task::block_in_place(|| cluster.restart());
        // Accepted again by whoever is there, without being told.
        let accepted = load.ledger.accepted();
        while load.ledger.accepted() <= accepted {
            load.answered(1).await;
        }
        load.stop(&mut clients).await;
        unanswered += load.ledger.check(&load.site.installed, &serving[0].authority).await;
        crashed += 1;
    }
    let accepted = load.ledger.accepted();
    println!("{crashed} crashes, {accepted} codes accepted, {unanswered} without an answer of their own");
    assert!(unanswered > 0, "nothing was under way");
    serving.into_iter().for_each(|node| assert_eq!(node.stop(), Some(0)));
    let serving = load.site.serve();
    load.ledger.is_in_the_log(&load.site.installed, &serving[0].authority).await;
    drop(serving);
    load.site.verify();
    drop(load);
    drop(cluster);
}

/// The check itself: a server that answers before it flushes is seen.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_forgets_is_seen() {
    let late =
        [("synchronous_commit", "off"), ("wal_writer_delay", "10s"), ("wal_writer_flush_after", "1GB")];
    let mut site = Site::on_a_cluster(&late);
    site.tolerates("\"synchronous-commit-off\"");
    let mut cluster = site.cluster.take().unwrap();
    // Who would flush now and then does so no more, so that it does not depend on the moment what is forgotten.
    let writer = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'";
    let writer = cluster.database().psql(writer);
    assert!(Command::new("kill").args(["-STOP", writer.trim()]).status().unwrap().success());
    let load = Load::new(site);
    let serving = load.site.serve();
    let mut clients = JoinSet::new();
    load.send(&mut clients, &serving[0].authority);
    load.answered(60).await;
    tokio::task::block_in_place(|| cluster.restart());
    let (node, checks) = (serving[0].authority.clone(), std::sync::Arc::clone(&load));
    // By a client under way, whose sheet is gone, or by the ledger after it.
    let checked = tokio::spawn(async move {
        checks.stop(&mut clients).await;
        checks.ledger.check(&checks.site.installed, &node).await;
    });
    assert!(checked.await.is_err(), "what was forgotten was not missed");
    drop((serving, load));
    drop(cluster);
}
