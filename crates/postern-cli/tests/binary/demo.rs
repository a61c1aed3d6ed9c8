//! The demonstration: ready at once, and every step of its text does what it says.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use postern_cluster::Cluster;
use postern_testkit::Http;
use postern_testkit::installed::now;
use serde_json::{Value, json};

use crate::POSTERN;

#[tokio::test]
async fn a_newcomer_stages_confirms_redeems_and_sees_the_events() {
    sees_the_events(&[]).await;
}

#[tokio::test]
async fn a_newcomer_does_so_in_a_database_that_is_empty_and_in_no_other() {
    let cluster = Cluster::start(&[]);
    let database = cluster.database();
    sees_the_events(&["--postgres", &database.url()]).await;
    let again = Command::new(POSTERN)
        .args(["demo", "--json", "--listen", "127.0.0.1:0", "--postgres", &database.url()])
        .output()
        .unwrap();
    assert_eq!(again.status.code(), Some(1));
    let said = String::from_utf8_lossy(&again.stderr);
    assert!(said.contains("has an installation already"), "{said}");
}

/// Whatever goes wrong, it does not go on.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn sees_the_events(more: &[&str]) {
    let child = Command::new(POSTERN)
        .args(["demo", "--json", "--listen", "127.0.0.1:0"])
        .args(more)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut running = Running(child);
    let mut line = String::new();
    BufReader::new(running.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let said: Value = serde_json::from_str(&line).unwrap();
    let data = std::path::PathBuf::from(said["data"].as_str().unwrap());
    assert!(said["tenant"].as_str().unwrap().starts_with("ten_"));
    let authority = said["url"].as_str().unwrap().trim_start_matches("http://").to_owned();
    let mut http = Http::connect(&authority, said["application_key"].as_str().unwrap()).await;
    let alice = json!({ "external_id": "alice@example.org" });

    let assurance = json!({ "level": "aal2", "method": "otp", "at": now() });
    let staged = http.post("/v1/code-sets", &json!({ "subject": alice, "assurance": assurance }), "k1").await;
    assert_eq!(staged.status, 201, "{}", staged.json());
    assert_eq!(staged.headers["cache-control"], "no-store");
    let staged = staged.json();
    let code = staged["codes"][4]["code"].as_str().unwrap();
    let path = format!("/v1/code-sets/{}/confirm", staged["set"].as_str().unwrap());
    assert_eq!(http.post(&path, &json!({ "code": code }), "k2").await.status, 200);

    let body = json!({
        "subject": alice, "code": code, "purpose": "second_factor", "txn": "login-0123456789",
        "first_factor": { "level": "aal1", "method": "pwd", "at": now() },
    });
    let redeemed = http.post("/v1/redemptions", &body, "k3").await;
    assert_eq!((redeemed.status, redeemed.json()["slot"].clone()), (201, json!(5)), "{}", redeemed.json());
    let again = http.post("/v1/redemptions", &body, "k4").await;
    assert_eq!(
        (again.status, again.json()["type"].clone()),
        (422, json!("urn:postern:problem:code-not-accepted"))
    );

    // In a database they get their places a moment later.
    let wanted = ["code_set.staged", "code_set.activated", "code.spent", "code.refused"];
    let mut names = Vec::new();
    for _ in 0..200 {
        let events = http.get("/v1/events").await.json();
        let items = events["items"].as_array().unwrap().iter();
        names = items.map(|event| event["type"].as_str().unwrap().to_owned()).collect();
        if names.ends_with(&wanted.map(str::to_owned)) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(names.ends_with(&wanted.map(str::to_owned)), "{names:?}");
    assert_eq!(http.get("/v1/log/checkpoint").await.status, 200);

    let wrong_host = Http::connect(&authority, "x").await;
    drop(wrong_host);
    assert_eq!(data.exists(), more.is_empty());
    let id = running.0.id().to_string();
    Command::new("kill").args(["-TERM", &id]).status().unwrap();
    assert!(running.0.wait().unwrap().success());
    assert!(!data.exists(), "the demonstration left its data behind");
}

#[test]
fn a_demonstration_listens_on_loopback_only_and_its_text_says_what_to_type() {
    let refused = Command::new(POSTERN).args(["demo", "--listen", "0.0.0.0:0"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn a_demonstration_that_is_stopped_at_once_leaves_nothing_behind() {
    let parent = std::env::temp_dir().join(format!("postern-test-{}", std::process::id()));
    let mut child = Command::new(POSTERN)
        .args(["demo", "--json", "--listen", "127.0.0.1:0", "--data", parent.to_str().unwrap()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(std::fs::read_dir(&parent).unwrap().count(), 0);
    std::fs::remove_dir(&parent).unwrap();
}
