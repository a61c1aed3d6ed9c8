//! The disk of the anchor is full, read-only or does not flush. Requests are answered, since the anchor may be a little older
//! than the log; `/readyz` says that it is, and the anchor is written again by itself when the disk is well.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use postern_testkit::Http;
use postern_testkit::installed::{Installed, Serving};

use crate::POSTERN;
use crate::faults::{Disk, Fault};
use crate::ready::{ANCHOR_OLD, until_ready};
use crate::site::Site;

/// An installation whose anchor is in a folder of its own, and that folder.
fn with_an_anchor_apart() -> (Site, PathBuf) {
    let site = Site::on_a_folder();
    let (home, apart) = (site.installed.home(), site.installed.home().join("apart"));
    fs::create_dir(&apart).unwrap();
    fs::rename(home.join("anchor"), apart.join("anchor")).unwrap();
    let text = fs::read_to_string(site.installed.config()).unwrap();
    assert!(text.contains("\nfile = \"anchor\"\n"), "{text}");
    fs::write(site.installed.config(), text.replace("file = \"anchor\"", "file = \"apart/anchor\"")).unwrap();
    (site, apart)
}

/// The size of the tenant's log that the anchor knows.
fn anchored(folder: &Path, tenant: &str) -> u64 {
    let anchor = postern_log::Anchor::from_json(&fs::read(folder.join("anchor")).unwrap()).unwrap();
    anchor.logs[tenant].size()
}

/// One redemption after the other, each on a connection of its own: one that waits long for the next is closed.
struct Holder<'a> {
    installed: &'a Installed,
    codes: Vec<String>,
}

impl<'a> Holder<'a> {
    async fn new(installed: &'a Installed, serving: &Serving) -> Self {
        let mut http = Http::connect(&serving.authority, &installed.key).await;
        let codes = installed.issue(&mut http, "anna", "once").await;
        Self { installed, codes }
    }

    async fn redeems(&self, serving: &Serving, code: usize) {
        let mut http = Http::connect(&serving.authority, &self.installed.key).await;
        let body = self.installed.redemption("anna", &self.codes[code]);
        let answer = http.post("/v1/redemptions", &body, &format!("redeem-{code}")).await;
        assert_eq!(answer.status, 201, "{}", answer.json()["type"]);
    }
}

async fn requests_go_on(fault: Fault) {
    let disk = Disk::new();
    let (site, apart) = with_an_anchor_apart();
    let serve = || Serving::begin(POSTERN.as_ref(), &site.installed.home(), &disk.environment(&apart));
    let serving = serve();
    let holder = Holder::new(&site.installed, &serving).await;
    holder.redeems(&serving, 1).await;
    until_ready(&serving.admin, ANCHOR_OLD, true).await;
    disk.becomes(fault);
    holder.redeems(&serving, 2).await;
    until_ready(&serving.admin, ANCHOR_OLD, false).await;
    let before = anchored(&apart, &site.installed.tenant);
    // Not ready for more, but who comes is served.
    holder.redeems(&serving, 3).await;
    disk.becomes(Fault::Well);
    until_ready(&serving.admin, ANCHOR_OLD, true).await;
    let after = anchored(&apart, &site.installed.tenant);
    assert!(after > before, "{fault:?}: it says that it is well, and knows {after} events as before");
    left_is_nothing_else(&apart);

    // A service that stops, or is killed, while the disk is spoilt leaves an older anchor that is whole.
    disk.becomes(fault);
    holder.redeems(&serving, 4).await;
    assert_eq!(serving.stop(), Some(0));
    disk.becomes(Fault::Well);
    let serving = serve();
    disk.becomes(fault);
    holder.redeems(&serving, 5).await;
    serving.kill();
    disk.becomes(Fault::Well);
    let serving = serve();
    holder.redeems(&serving, 6).await;
    assert_eq!(serving.stop(), Some(0));
    left_is_nothing_else(&apart);
    site.verify();
}

/// Nothing that could not be written whole is left lying about.
fn left_is_nothing_else(folder: &Path) {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(
        names.collect::<BTreeSet<_>>(),
        BTreeSet::from(["anchor".to_owned(), "anchor.lock".to_owned()])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_anchors_full_disk() {
    requests_go_on(Fault::Full).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_anchors_read_only_disk() {
    requests_go_on(Fault::ReadOnly).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_anchors_disk_that_does_not_flush() {
    requests_go_on(Fault::NoFlush).await;
}
