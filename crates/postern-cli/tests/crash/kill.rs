//! SIGKILL under load: of the one process, of both nodes, of one node while the other goes on.

use postern_testkit::installed::Serving;
use tokio::task::JoinSet;

use crate::load::Load;
use crate::site::Site;
use crate::{Moments, goes_on};

/// Answers at most between two kills.
const BETWEEN: u8 = 120;
/// Kills between two verifications of everything.
const VERIFIED: usize = 25;

async fn killed_under_load(site: Site) {
    let (load, moments) = (Load::new(site), Moments::new());
    let (mut killed, mut unanswered) = (0, 0);
    while goes_on(killed, unanswered) {
        let serving = load.site.serve();
        unanswered += load.ledger.check(&load.site.installed, &serving[0].authority).await;
        let mut clients = JoinSet::new();
        for node in &serving {
            load.send(&mut clients, &node.authority);
        }
        load.answered(moments.next(BETWEEN)).await;
        serving.into_iter().for_each(Serving::kill);
        while let Some(client) = clients.join_next().await {
            client.unwrap();
        }
        killed += 1;
        if killed % VERIFIED == 0 {
            load.site.verify();
        }
    }
    ends_well(&load, killed, unanswered).await;
}

/// The last check, then everything is verified by itself.
async fn ends_well(load: &Load, killed: usize, unanswered: usize) {
    let serving = load.site.serve();
    let node = &serving[0].authority;
    let unanswered = unanswered + load.ledger.check(&load.site.installed, node).await;
    serving.into_iter().for_each(|node| assert_eq!(node.stop(), Some(0)));
    // What a stopped service wrote is numbered: now the log is asked.
    let serving = load.site.serve();
    load.ledger.is_in_the_log(&load.site.installed, &serving[0].authority).await;
    drop(serving);
    load.site.verify();
    let accepted = load.ledger.accepted();
    println!("{killed} kills, {accepted} codes accepted, {unanswered} redemptions without an answer");
    assert!(accepted > killed && unanswered > 0, "{accepted} {unanswered}: too little was under way");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_survives_a_kill() {
    killed_under_load(Site::on_a_folder()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_survives_a_kill_of_both_nodes() {
    killed_under_load(Site::on_a_database()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_node_is_killed_and_the_other_goes_on() {
    let (load, moments) = (Load::new(Site::on_a_database()), Moments::new());
    let (stays, mut goes) = (load.site.serve_one(1), load.site.serve_one(0));
    let (mut staying, mut killed, mut unanswered) = (JoinSet::new(), 0, 0);
    load.send(&mut staying, &stays.authority);
    while goes_on(killed, unanswered) {
        let mut going = JoinSet::new();
        load.send(&mut going, &goes.authority);
        load.answered(moments.next(BETWEEN)).await;
        goes.kill();
        while let Some(client) = going.join_next().await {
            client.unwrap();
        }
        // Only the other one can answer these.
        load.answered(moments.next(BETWEEN)).await;
        load.stop(&mut staying).await;
        unanswered += load.ledger.check(&load.site.installed, &stays.authority).await;
        load.send(&mut staying, &stays.authority);
        goes = load.site.serve_one(0);
        killed += 1;
    }
    load.stop(&mut staying).await;
    unanswered += load.ledger.check(&load.site.installed, &goes.authority).await;
    assert_eq!((stays.stop(), goes.stop()), (Some(0), Some(0)));
    ends_well(&load, killed, unanswered).await;
}
