//! The disk of the database's server is full, read-only, or does not flush, under load on two nodes: nothing is acknowledged
//! that is not there, `/readyz` says why, and both nodes go on by themselves when the disk is well and the server there again.

use postern_cluster::Cluster;
use postern_testkit::installed::Serving;
use tokio::task::JoinSet;

use crate::faults::{Disk, Fault};
use crate::load::Load;
use crate::ready::{STORE_FAILING, until_ready};
use crate::site::Site;

/// Answers that are waited for while nothing can be written.
const REFUSED: usize = 16;

async fn nothing_is_acknowledged(fault: Fault) {
    let disk = Disk::new();
    let mut site = Site::on_a_disk(&disk);
    let mut cluster = site.cluster.take().unwrap();
    let load = Load::new(site);
    let serving = load.site.serve();
    let mut clients = JoinSet::new();
    for node in &serving {
        load.send(&mut clients, &node.authority);
    }
    load.answered(50).await;
    disk.becomes(fault);
    while load.unavailable() == 0 {
        load.answered(1).await;
    }
    if fault != Fault::NoRoom {
        nothing_more_is_accepted(&load, &serving).await;
    }
    disk.becomes(Fault::Well);
    let began = tokio::task::block_in_place(|| cluster.revive());
    // Accepted again by whoever is there, without being told.
    let accepted = load.ledger.accepted();
    while load.ledger.accepted() <= accepted {
        load.answered(1).await;
    }
    load.stop(&mut clients).await;
    let unanswered = load.ledger.check(&load.site.installed, &serving[0].authority).await;
    println!(
        "{fault:?}: {} without an answer of their own, the server {}",
        unanswered,
        if began { "had ended" } else { "went on by itself" }
    );
    ends_well(&load, serving, cluster).await;
}

/// Once both nodes have said that they cannot write: what they answer then is no yes.
async fn nothing_more_is_accepted(load: &Load, serving: &[Serving]) {
    for node in serving {
        until_ready(&node.admin, STORE_FAILING, false).await;
    }
    let (accepted, unavailable) = (load.ledger.accepted(), load.unavailable());
    while load.unavailable() < unavailable + REFUSED {
        load.answered(1).await;
    }
    assert_eq!(load.ledger.accepted(), accepted, "a code was accepted on a disk that takes nothing");
}

async fn ends_well(load: &Load, serving: Vec<Serving>, cluster: Cluster) {
    for node in &serving {
        load.ledger.check(&load.site.installed, &node.authority).await;
        until_ready(&node.admin, STORE_FAILING, true).await;
    }
    load.ledger.is_in_the_log(&load.site.installed, &serving[0].authority).await;
    serving.into_iter().for_each(|node| assert_eq!(node.stop(), Some(0)));
    load.site.verify();
    drop(cluster);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_servers_full_disk() {
    nothing_is_acknowledged(Fault::Full).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_servers_disk_without_a_free_block() {
    nothing_is_acknowledged(Fault::NoRoom).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_servers_read_only_disk() {
    nothing_is_acknowledged(Fault::ReadOnly).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_servers_disk_that_does_not_flush() {
    nothing_is_acknowledged(Fault::NoFlush).await;
}
