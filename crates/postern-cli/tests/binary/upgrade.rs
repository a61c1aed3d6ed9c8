//! From the previous release to this one: its data is served as it is, and on a database both serve at once.

use std::path::{Path, PathBuf};

use postern_cluster::Database;
use postern_testkit::Http;
use postern_testkit::installed::{Installed, output};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::POSTERN;
use crate::login::Login;
use crate::node::{Node, complained};

/// The previous release's binary.
pub(crate) fn previous() -> PathBuf {
    let target = Path::new(POSTERN).ancestors().nth(2).unwrap();
    let binary = target.join("previous").join("postern");
    assert!(binary.exists(), "{} is not there: `cargo xtask previous` makes it", binary.display());
    binary
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_data_folder_of_the_previous_release_is_served() {
    let mut installed = Installed::new(previous().to_str().unwrap());
    let serving = installed.serve();
    let mut http = Http::connect(&serving.authority, &installed.key).await;
    let codes = installed.issue(&mut http, "anna", "first").await;
    let spent = http.post("/v1/redemptions", &installed.redemption("anna", &codes[1]), "spend").await;
    assert_eq!(spent.status, 201, "{}", spent.json());
    serving.stop();

    installed.upgrade(POSTERN);
    let serving = installed.serve();
    let mut http = Http::connect(&serving.authority, &installed.key).await;
    let again = http.post("/v1/redemptions", &installed.redemption("anna", &codes[1]), "again").await;
    assert_eq!(again.status, 422, "{}", again.json());
    let next = http.post("/v1/redemptions", &installed.redemption("anna", &codes[2]), "next").await;
    assert_eq!((next.status, next.json()["slot"].clone()), (201, json!(3)), "{}", next.json());
    installed.issue(&mut http, "berta", "second").await;
    serving.stop();
    let config = installed.home().join("postern.toml");
    let verify = ["audit", "verify", "--replay", "--json", "--config", config.to_str().unwrap()];
    let verified = output(POSTERN.as_ref(), &verify, "", &[]);
    assert!(verified.status.success(), "{}", complained(&verified));
}

/// Offers every code to both nodes at once: one takes it.
async fn race(login: &Login, subject: &str, codes: &[String], [one, two]: &mut [Http; 2]) {
    for code in codes {
        let (body, other) = (login.redemption(subject, code), login.redemption(subject, code));
        let (unique, another) = (format!("one-{subject}-{code}"), format!("two-{subject}-{code}"));
        let (one, two) = tokio::join!(
            one.post("/v1/redemptions", &body, &unique),
            two.post("/v1/redemptions", &other, &another)
        );
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 422], "{} {}", one.json(), two.json());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_releases_serve_one_database() {
    let (folder, database) = (TempDir::new().unwrap(), Database::new());
    let mut old = Node::init_by(&previous(), &folder.path().join("old"), &database.url());
    old.tolerate();
    let login = Login::on(&old);
    let serving = old.serve();
    let mut http = Http::connect(&serving.authority, &login.key).await;
    let codes = login.issue(&mut http, "anna").await;
    let spent = http.post("/v1/redemptions", &login.redemption("anna", &codes[1]), "spend").await;
    assert_eq!(spent.status, 201, "{}", spent.json());

    // The database is brought up to date while the old release serves, and not by serving.
    let mut new = old.beside(&folder.path().join("new"));
    new.upgrade();
    let behind = new.command(&["serve"]);
    assert_eq!(behind.status.code(), Some(1), "{}", complained(&behind));
    assert!(complained(&behind).contains("postern migrate"), "{}", complained(&behind));
    assert_ne!(new.done(&["migrate"])["applied"], json!([]));
    let spent = http.post("/v1/redemptions", &login.redemption("anna", &codes[2]), "after").await;
    assert_eq!(spent.status, 201, "{}", spent.json());

    // Both serve. What one began the other goes on with.
    let beside = new.serve();
    let mut other = Http::connect(&beside.authority, &login.key).await;
    let again = other.post("/v1/redemptions", &login.redemption("anna", &codes[2]), "again").await;
    assert_eq!(again.status, 422, "{}", again.json());
    let mut nodes = [http, other];
    for number in 0..6 {
        let subject = format!("subject-{number}");
        let [one, two] = &mut nodes;
        let (first, second) = if number % 2 == 0 { (one, two) } else { (two, one) };
        login.create(first, &subject).await;
        let staged = login.stage(second, &subject).await;
        staged.confirm(first).await;
        // Few enough that no refusal comes from a throttle.
        race(&login, &subject, &staged.codes[1..3], &mut nodes).await;
    }

    // Each release verifies what both wrote; then the old node is one of the new release as well.
    assert_eq!((serving.stop(), beside.stop()), (Some(0), Some(0)));
    for node in [&old, &new] {
        let verified: Value = node.done(&["audit", "verify", "--replay"]);
        assert_eq!(verified["verified"], json!(true), "{verified}");
    }
    old.upgrade();
    let serving = old.serve();
    let mut http = Http::connect(&serving.authority, &login.key).await;
    let spent = http.post("/v1/redemptions", &login.redemption("anna", &codes[3]), "on").await;
    assert_eq!(spent.status, 201, "{}", spent.json());
}
