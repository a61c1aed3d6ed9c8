//! A whole installation whose anchor and shipped events are on another host.

use std::fs::{self, File};
use std::path::Path;
use std::time::Duration;

use postern_cluster::S3;
use postern_testkit::Http;
use postern_testkit::installed::{Installed, Serving};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::faults::{Faults, Mode};
use super::keeper::Keeper;
use super::{add, secret};
use crate::POSTERN;
use crate::node::complained;

fn done(installed: &Installed, arguments: &[&str]) -> Value {
    let output = installed.command(&[arguments, &["--json"]].concat(), "");
    assert!(output.status.success(), "{arguments:?}: {}", complained(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

async fn reasons(serving: &Serving) -> Value {
    let answer = Http::connect(&serving.admin, "").await.get("/readyz").await;
    let ready = answer.status == 200;
    if ready { json!([]) } else { answer.json()["reasons"].clone() }
}

/// Waits until `/readyz` gives these reasons.
async fn until(serving: &Serving, expected: Value) {
    for _ in 0..600 {
        if reasons(serving).await == expected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{expected} was not reached: {}", reasons(serving).await);
}

async fn redeem(installed: &Installed, serving: &Serving, code: &str, unique: &str) -> u16 {
    let mut http = Http::connect(&serving.authority, &installed.key).await;
    http.post("/v1/redemptions", &installed.redemption("anna", code), unique).await.status
}

async fn issue(installed: &Installed, serving: &Serving, name: &str) -> Vec<String> {
    let mut http = Http::connect(&serving.authority, &installed.key).await;
    installed.issue(&mut http, name, "first").await
}

/// The data folder is destroyed after a spend that the backup does not have: the spend comes back.
async fn comes_back(installed: &Installed) {
    assert!(done(installed, &["anchor", "move"])["anchor"].is_string());
    let again = installed.command(&["anchor", "move"], "");
    assert!(!again.status.success() && !installed.home().join("anchor").exists());
    assert_eq!(installed.command(&["doctor"], "").status.code(), Some(0));
    let serving = installed.serve();
    let codes = issue(installed, &serving, "anna").await;
    let backup = installed.folder.path().join("backup");
    done(installed, &["backup", "create", backup.to_str().unwrap()]);
    assert_eq!(redeem(installed, &serving, &codes[1], "one").await, 201);
    let others = issue(installed, &serving, "berta").await;
    assert!(others.len() > 2);
    assert_eq!(serving.stop(), Some(0));
    fs::remove_dir_all(installed.data()).unwrap();
    let restored = done(installed, &["backup", "restore", backup.to_str().unwrap()]);
    assert_eq!((&restored["resolved"], &restored["gaps"]), (&json!(true), &json!([])), "{restored}");
    assert!(restored["replayed"].as_u64().unwrap() > 0, "{restored}");
    let serving = installed.serve();
    assert_eq!(reasons(&serving).await, json!([]));
    assert_eq!(redeem(installed, &serving, &codes[1], "two").await, 422, "a used code works again");
    assert_eq!(redeem(installed, &serving, &codes[2], "three").await, 201);
    assert_eq!(serving.stop(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_comes_back_from_a_second_host_and_nothing_secret_lies_there() {
    let (installed, keeper) = (Installed::new(POSTERN), Keeper::start());
    add(&installed, "anchor", &keeper.setting("anchor-token"));
    add(&installed, "shipping", &keeper.setting("shipping-token"));
    comes_back(&installed).await;
    let text = String::from_utf8_lossy(&every_byte(&keeper.at("kept"))).into_owned();
    assert!(
        text.contains("\"epoch\"") && !text.contains("anna") && !text.contains("subject."),
        "it can be read there"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_comes_back_from_an_object_store() {
    let (installed, store, folder) =
        (Installed::new(POSTERN), S3::start("postern-test"), TempDir::new().unwrap());
    for (section, prefix) in [("anchor", "one"), ("shipping", "all")] {
        let file = folder.path().join(section);
        secret(&file, "MADEUPKEYID\nmade-up-secret\n");
        let setting = format!(
            "s3 = {{ endpoint = \"{}\", bucket = \"postern-test\", prefix = \"{prefix}\", credentials_file = {file:?} }}",
            store.url()
        );
        add(&installed, section, &setting);
    }
    comes_back(&installed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_data_folder_that_was_set_back_is_found_and_resolved_only_with_leave_of_the_second_host() {
    let (installed, keeper) = (Installed::new(POSTERN), Keeper::start());
    add(&installed, "anchor", &keeper.setting("anchor-token"));
    done(&installed, &["anchor", "move"]);
    let serving = installed.serve();
    let codes = issue(&installed, &serving, "anna").await;
    assert_eq!(serving.stop(), Some(0));
    let older = installed.folder.path().join("older");
    copy(&installed.data(), &older);
    let serving = installed.serve();
    assert_eq!(redeem(&installed, &serving, &codes[1], "one").await, 201);
    assert_eq!(redeem(&installed, &serving, &codes[2], "two").await, 201);
    assert_eq!(redeem(&installed, &serving, &codes[3], "three").await, 201);
    assert_eq!(serving.stop(), Some(0));
    fs::remove_dir_all(installed.data()).unwrap();
    fs::rename(&older, installed.data()).unwrap();

    let serving = installed.serve();
    assert_eq!(reasons(&serving).await, json!(["anchor-disagrees"]));
    assert_eq!(redeem(&installed, &serving, &codes[1], "again").await, 503);
    assert_eq!(serving.stop(), Some(0));
    let refused = installed.command(&["audit", "resolve"], "");
    assert!(complained(&refused).contains("another-host.md"), "{}", complained(&refused));
    File::create(keeper.at("kept/anchors/anchor.leave")).unwrap();
    done(&installed, &["audit", "resolve"]);
    let serving = installed.serve();
    assert_eq!(reasons(&serving).await, json!([]));
    assert_eq!(redeem(&installed, &serving, &codes[1], "later").await, 422, "a used code works again");
    assert_eq!(serving.stop(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_host_that_is_away_holds_no_commit_up_is_said_and_is_caught_up_with() {
    let (installed, mut keeper) = (Installed::new(POSTERN), Keeper::start());
    add(&installed, "anchor", &keeper.setting("anchor-token"));
    add(&installed, "shipping", &keeper.setting("shipping-token"));
    done(&installed, &["anchor", "move"]);
    let serving = installed.serve();
    let codes = issue(&installed, &serving, "anna").await;
    keeper.stop();
    assert_eq!(redeem(&installed, &serving, &codes[1], "one").await, 201);
    until(&serving, json!(["anchor-old", "shipping-old"])).await;
    assert_eq!(redeem(&installed, &serving, &codes[2], "two").await, 201);
    keeper.start_again();
    until(&serving, json!([])).await;
    assert_eq!(serving.stop(), Some(0));
    // Nothing is served before it answers.
    keeper.stop();
    let started = installed.command(&["serve"], "");
    assert!(complained(&started).contains("start again when it answers"), "{}", complained(&started));
    keeper.start_again();
    let serving = installed.serve();
    assert_eq!(reasons(&serving).await, json!([]));
    assert_eq!(serving.stop(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_page_in_the_anchors_place_stops_nothing_and_another_instance_does() {
    let (installed, faults) = (Installed::new(POSTERN), Faults::start());
    let token = installed.folder.path().join("token");
    secret(&token, "made-up-token-of-anchors-0000000000\n");
    add(&installed, "anchor", &format!("host = {{ url = \"{}\", token_file = {token:?} }}", faults.url()));
    done(&installed, &["anchor", "move"]);
    let serving = installed.serve();
    let codes = issue(&installed, &serving, "anna").await;
    faults.is(Mode::Garbage);
    until(&serving, json!(["anchor-old"])).await;
    assert_eq!(redeem(&installed, &serving, &codes[1], "one").await, 201);
    faults.is(Mode::Well);
    until(&serving, json!([])).await;
    let mut other = postern_log::Anchor::from_json(&faults.kept()).unwrap();
    other.epoch += 1;
    faults.put(&other.to_json());
    until(&serving, json!(["anchor-disagrees"])).await;
    assert_eq!(redeem(&installed, &serving, &codes[2], "two").await, 503);
    assert_eq!(serving.stop(), Some(0));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

fn every_byte(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            bytes.extend(every_byte(&entry.path()));
        } else {
            bytes.extend(fs::read(entry.path()).unwrap());
        }
    }
    bytes
}
