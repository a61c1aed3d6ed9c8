//! The disk is full, read-only, slow, or does not flush: nothing is acknowledged that is not there, reads go on, `/readyz`
//! says why, and the service goes on by itself when the disk is well again.

use std::sync::Arc;

use postern_core::Time;
use postern_testkit::Http;
use postern_testkit::installed::{Serving, now};
use serde_json::json;
use tokio::task::JoinSet;

use crate::faults::{Disk, Fault};
use crate::ledger::{Asked, in_the_end};
use crate::load::Load;
use crate::ready::{STORE_FAILING, until_ready};
use crate::site::Site;

/// Sheets whose codes are tried while nothing can be written.
const SHEETS: usize = 3;

/// An installation whose data folder is on a disk that is well still.
struct Spoilt {
    disk: Disk,
    load: Arc<Load>,
    serving: Serving,
}

impl Spoilt {
    fn new() -> Self {
        let (disk, site) = (Disk::new(), Site::on_a_folder());
        let environment = disk.environment(&site.installed.data());
        let serving = Serving::begin(crate::POSTERN.as_ref(), &site.installed.home(), &environment);
        Self { disk, load: Load::new(site), serving }
    }

    async fn http(&self) -> Http {
        Http::connect(&self.serving.authority, &self.load.site.installed.key).await
    }

    async fn until_ready(&self, is_ready: bool) {
        until_ready(&self.serving.admin, STORE_FAILING, is_ready).await;
    }

    /// Nothing lost: the same as after a crash.
    async fn ends_well(self) {
        let Self { load, serving, .. } = self;
        load.ledger.check(&load.site.installed, &serving.authority).await;
        load.ledger.is_in_the_log(&load.site.installed, &serving.authority).await;
        assert_eq!(serving.stop(), Some(0));
        load.site.verify();
    }
}

/// Spoils the disk and mends it again, first with nothing else under way, then under load.
async fn nothing_is_acknowledged(fault: Fault) {
    let spoilt = Spoilt::new();
    let (load, installed) = (&spoilt.load, &spoilt.load.site.installed);
    let mut http = spoilt.http().await;
    let mut sheets = Vec::new();
    for number in 0..SHEETS {
        let name = format!("holder-{number}");
        sheets.push((name.clone(), installed.issue(&mut http, &name, "once").await));
    }

    spoilt.disk.becomes(fault);
    let mut told = Vec::new();
    for (name, codes) in &sheets {
        for code in &codes[..2] {
            let key = format!("spoilt-{name}-{code}");
            let asked =
                Asked { name: name.clone(), code: code.clone(), key, body: installed.redemption(name, code) };
            let answer = http.post("/v1/redemptions", &asked.body, &asked.key).await;
            assert_eq!(answer.status, 503, "{fault:?}: {}", answer.json()["type"]);
            told.push(
                answer.json()["type"].as_str().unwrap().trim_start_matches("urn:postern:problem:").to_owned(),
            );
            load.ledger.asks(asked);
        }
    }
    println!("{fault:?}: {told:?}");
    assert!(
        told.iter().all(|problem| ["unavailable", "outcome-unknown"].contains(&problem.as_str())),
        "{told:?}"
    );
    if fault == Fault::NoFlush {
        assert_eq!(told[0], "outcome-unknown", "a commit that failed is not known to be undone");
    }
    spoilt.until_ready(false).await;
    let shown = http.post("/v1/subjects/lookup", &json!({ "external_id": sheets[0].0 }), "").await;
    assert!([200, 503].contains(&shown.status), "{}", shown.json());

    spoilt.disk.becomes(Fault::Well);
    // What had no answer is answered, and what is answered is there.
    load.ledger.check(installed, &spoilt.serving.authority).await;
    spoilt.until_ready(true).await;
    assert_eq!(load.ledger.accepted(), 2 * SHEETS);

    for _ in 0..3 {
        under_load(&spoilt, fault).await;
    }
    spoilt.ends_well().await;
}

/// The disk fails in the middle of work, and is mended in the middle of it.
async fn under_load(spoilt: &Spoilt, fault: Fault) {
    let (load, mut clients) = (&spoilt.load, JoinSet::new());
    load.send(&mut clients, &spoilt.serving.authority);
    load.answered(50).await;
    spoilt.disk.becomes(fault);
    load.answered(50).await;
    spoilt.disk.becomes(Fault::Well);
    let accepted = load.ledger.accepted();
    while load.ledger.accepted() <= accepted {
        load.answered(1).await;
    }
    load.stop(&mut clients).await;
    load.ledger.check(&load.site.installed, &spoilt.serving.authority).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk() {
    nothing_is_acknowledged(Fault::Full).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_only_disk() {
    nothing_is_acknowledged(Fault::ReadOnly).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_does_not_flush() {
    nothing_is_acknowledged(Fault::NoFlush).await;
}

/// A flush that failed may be said to have been done by the next one, and what it was for is not on the disk: so nothing
/// is acknowledged behind it in the same write-ahead log.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_acknowledged_behind_what_did_not_flush() {
    let spoilt = Spoilt::new();
    let installed = &spoilt.load.site.installed;
    let mut http = spoilt.http().await;
    let codes = installed.issue(&mut http, "anna", "once").await;
    let salts =
        || std::fs::read(installed.data().join("postern.db-wal")).unwrap().get(16..24).map(<[u8]>::to_vec);
    spoilt.disk.becomes(Fault::NoFlush);
    let lost = installed.redemption("anna", &codes[1]);
    assert_eq!(http.post("/v1/redemptions", &lost, "lost").await.status, 503);
    let before = salts();
    assert!(before.is_some(), "the commit that failed is in the log");
    spoilt.disk.becomes(Fault::Well);
    let next = installed.redemption("anna", &codes[2]);
    assert_eq!(in_the_end(&mut http, &next, "next").await.status, 201);
    let after = salts();
    assert!(after.is_some() && after != before, "it was acknowledged in the same log");
    assert_eq!(http.post("/v1/redemptions", &lost, "lost").await.status, 201);
    assert_eq!(spoilt.serving.stop(), Some(0));
    spoilt.load.site.verify();
}

/// Slow is not wrong: everything is answered, and what is answered is there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_disk() {
    let spoilt = Spoilt::new();
    let (load, mut clients) = (&spoilt.load, JoinSet::new());
    spoilt.disk.becomes(Fault::Slow);
    load.send(&mut clients, &spoilt.serving.authority);
    load.answered(100).await;
    let accepted = load.ledger.accepted();
    load.stop(&mut clients).await;
    assert!(accepted > 0, "nothing was accepted");
    spoilt.disk.becomes(Fault::Well);
    assert_eq!(load.ledger.check(&load.site.installed, &spoilt.serving.authority).await, 0);
    spoilt.ends_well().await;
}

/// The check itself: a request that was never decided, and whose assertion is over by now, has cost no code.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_comes_back_after_its_assertion_costs_no_code() {
    let spoilt = Spoilt::new();
    let installed = &spoilt.load.site.installed;
    let mut http = spoilt.http().await;
    let codes = installed.issue(&mut http, "anna", "once").await;
    let mut body = installed.redemption("anna", &codes[1]);
    let mut signed = body.clone();
    signed.as_object_mut().unwrap().remove("code");
    signed["first_factor"] = json!({});
    let begun = Time::from_millis(now().millis() - 300_000);
    body["first_factor"]["assertion"] = installed.prover.assertion("redeem", "anna", &signed, begun).into();
    let late = http.post("/v1/redemptions", &body, "late").await;
    assert_eq!(late.status, 403, "{}", late.json());
    let (name, code) = ("anna".to_owned(), codes[1].clone());
    spoilt.load.ledger.asks(Asked { name, code, key: "late".to_owned(), body });
    assert_eq!(spoilt.load.ledger.check(installed, &spoilt.serving.authority).await, 1);
    assert_eq!(spoilt.load.ledger.accepted(), 1);
    spoilt.ends_well().await;
}
