//! A version of the pepper made, put in force and taken away while codes are redeemed and sets staged.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use postern_testkit::Http;
use postern_testkit::installed::Installed;
use serde_json::{Value, json};

use crate::POSTERN;
use crate::node::complained;

/// The versions with what `key list` says of each, the newest first.
fn listed(installed: &Installed) -> Vec<(u64, bool, u64)> {
    let answer = answered(installed, &["key", "list", "--json"]);
    let items = answer["items"].as_array().unwrap();
    let number = |item: &Value, name: &str| item[name].as_u64().unwrap();
    items
        .iter()
        .map(|item| (number(item, "version"), item["in_force"] == true, number(item, "sets")))
        .collect()
}

fn answered(installed: &Installed, arguments: &[&str]) -> Value {
    let output = installed.command(arguments, "");
    assert_eq!(output.status.code(), Some(0), "{}", complained(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Names and versions of the installation's own key events, in order.
fn key_events(installed: &Installed) -> Vec<(String, u64)> {
    let system = "ten_00000000000000000000000000";
    let to = installed.folder.path().join("export");
    let exported = installed.command(&["audit", "export", "--tenant", system, to.to_str().unwrap()], "");
    assert_eq!(exported.status.code(), Some(0), "{}", complained(&exported));
    let text = walk(&to);
    let events = text.split("{\"actor\"").filter(|event| event.contains("\"type\":\"key."));
    events
        .map(|event| {
            let name = event.split("\"type\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
            let version = event.split("\"version\":").nth(1).unwrap();
            (name, version.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap())
        })
        .collect()
}

pub(crate) fn walk(folder: &std::path::Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        text += &if path.is_dir() {
            walk(&path)
        } else {
            String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()
        };
    }
    text
}

/// Clients redeem and stage all the while; every right code is accepted once, and sets of before go on.
pub(crate) async fn under_load(installed: &Installed) {
    let serving = installed.serve();
    let mut http = Http::connect(&serving.authority, &installed.key).await;
    let before = installed.issue(&mut http, "before", "before").await;
    assert_eq!(listed(installed), [(1, true, 1)]);
    let (done, redeemed) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let client = async |name: &str| {
        let mut http = Http::connect(&serving.authority, &installed.key).await;
        let (mut round, mut after) = (0, 0);
        // Two more rounds once the rotation is over: staged, confirmed and redeemed under the new version.
        while after < 2 {
            after += usize::from(done.load(Ordering::SeqCst));
            let person = format!("{name}-{round}");
            let codes = installed.issue(&mut http, &person, &person).await;
            for (n, code) in codes.iter().enumerate().skip(1).take(3) {
                let claim = installed.redemption(&person, code);
                let first = http.post("/v1/redemptions", &claim, &format!("{person}-{n}")).await;
                assert_eq!(first.status, 201, "a right code was refused: {}", first.json());
                let again = installed.redemption(&person, code);
                let second = http.post("/v1/redemptions", &again, &format!("{person}-{n}-again")).await;
                assert_eq!(second.status, 422, "a code was accepted twice: {}", second.json());
            }
            redeemed.fetch_add(1, Ordering::SeqCst);
            round += 1;
        }
        round
    };
    let rotate = async {
        while redeemed.load(Ordering::SeqCst) < 2 {
            tokio::task::yield_now().await;
        }
        let rotated = tokio::task::block_in_place(|| answered(installed, &["key", "rotate", "--json"]));
        assert_eq!(rotated, json!({ "label": "pepper", "version": 2, "in_force": true }));
        done.store(true, Ordering::SeqCst);
    };
    let (one, other, ()) = tokio::join!(client("one"), client("other"), rotate);
    let versions = listed(installed);
    let [(2, true, new), (1, false, old)] = versions[..] else { panic!("{versions:?}") };
    assert!(new >= 2 && old >= 3, "{versions:?}");
    assert_eq!(usize::try_from(new + old).unwrap(), one + other + 1);

    // What was made before still works, and keeps its version from being taken away.
    let claim = installed.redemption("before", &before[1]);
    assert_eq!(http.post("/v1/redemptions", &claim, "before-1").await.status, 201);
    let refused = complained(&installed.command(&["key", "retire", "1"], ""));
    assert!(refused.contains(&format!("{old} sets still need version 1")), "{refused}");
    assert!(complained(&installed.command(&["key", "retire", "2"], "")).contains("in force"));
    assert!(complained(&installed.command(&["key", "retire", "7"], "")).contains("no version 7"));
    assert_eq!(serving.stop(), Some(0));
    let verified = answered(installed, &["audit", "verify", "--replay", "--json"]);
    assert_eq!(verified["verified"], true, "{verified}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_file_is_rotated_under_load() {
    under_load(&Installed::new(POSTERN)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_that_no_set_needs_is_taken_away_and_its_codes_are_worth_nothing() {
    let installed = Installed::new(POSTERN);
    let serving = installed.serve();
    let mut http = Http::connect(&serving.authority, &installed.key).await;
    let old = installed.issue(&mut http, "anna", "old").await;
    answered(&installed, &["key", "rotate", "--json"]);
    let new = installed.issue(&mut http, "anna", "new").await;
    assert_eq!(listed(&installed), [(2, true, 1), (1, false, 0)]);
    let keys = || std::fs::read_to_string(installed.home().join("keys")).unwrap();
    assert!(keys().contains("\npepper 1 ") && keys().contains("\npepper 2 "));
    answered(&installed, &["key", "retire", "1", "--json"]);
    assert!(!keys().contains("\npepper 1 "), "a retired key was kept");
    assert_eq!(listed(&installed), [(2, true, 1)]);
    let late = http.post("/v1/redemptions", &installed.redemption("anna", &old[2]), "late").await;
    assert_eq!(late.status, 422, "{}", late.json());
    let right = http.post("/v1/redemptions", &installed.redemption("anna", &new[1]), "right").await;
    assert_eq!(right.status, 201, "{}", right.json());
    assert_eq!(serving.stop(), Some(0));
    let events = key_events(&installed);
    let events: Vec<_> = events.iter().map(|(name, version)| (name.as_str(), *version)).collect();
    // Two were noted when the installation was made: the key `security` and the pepper.
    let made = [("key.created", 1), ("key.created", 1)];
    assert_eq!(events[..2], made);
    assert_eq!(events[2..], [("key.created", 2), ("key.rotated", 2), ("key.retired", 1)]);
    // Without a service it is the same, and the numbers go on.
    assert_eq!(answered(&installed, &["key", "rotate", "--json"])["version"], 3);
    assert_eq!(answered(&installed, &["audit", "verify", "--replay", "--json"])["verified"], true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_campaign_that_is_followed_answers_when_every_set_is_ended_with_a_service_and_without() {
    let installed = Installed::new(POSTERN);
    let tenant = &installed.tenant;
    for (round, served) in [("first", true), ("second", false)] {
        let serving = installed.serve();
        let mut http = Http::connect(&serving.authority, &installed.key).await;
        let mut codes = Vec::new();
        for name in ["anna", "bert", "carl"] {
            codes.push((name, installed.issue(&mut http, name, round).await));
        }
        let serving = if served { Some(serving) } else { serving.stop().and(None) };
        let start = ["campaign", "start", "--tenant", tenant, "--sets", "3", "--follow", "--json"];
        let said = answered(&installed, &start);
        assert_eq!((&said["finished"], &said["sets"]), (&json!(true), &json!(3)), "{said}");
        let left = answered(&installed, &["campaign", "list", "--tenant", tenant, "--json"]);
        assert_eq!(left["items"], json!([]));
        for (name, _) in &codes {
            let shown = answered(&installed, &["subject", "show", name, "--tenant", tenant, "--json"]);
            assert_eq!(shown["active_set"], Value::Null, "{name}");
        }
        drop(serving);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burnt_version_ends_every_set_of_it_and_no_other() {
    let installed = Installed::new(POSTERN);
    let serving = installed.serve();
    let mut http = Http::connect(&serving.authority, &installed.key).await;
    let old = installed.issue(&mut http, "old", "old").await;
    let refused = installed.command(&["key", "burn", "1", "--sets", "1"], "");
    assert_eq!(refused.status.code(), Some(1), "the version in force was burnt");
    answered(&installed, &["key", "rotate", "--json"]);
    let new = installed.issue(&mut http, "new", "new").await;
    assert_eq!(listed(&installed), [(2, true, 1), (1, false, 1)]);
    let miscounted = installed.command(&["key", "burn", "1", "--sets", "2"], "");
    assert_eq!(miscounted.status.code(), Some(1), "it was burnt on another count");
    answered(&installed, &["key", "burn", "1", "--sets", "1", "--json"]);
    assert_eq!(listed(&installed), [(2, true, 1)]);
    let late = http.post("/v1/redemptions", &installed.redemption("old", &old[1]), "late").await;
    assert_eq!((late.status, &late.json()["type"]), (422, &json!("urn:postern:problem:code-not-accepted")));
    let right = http.post("/v1/redemptions", &installed.redemption("new", &new[1]), "right").await;
    assert_eq!(right.status, 201, "{}", right.json());
    // Its holder gets a new set and goes on.
    let next = installed.issue(&mut http, "old", "next").await;
    let right = http.post("/v1/redemptions", &installed.redemption("old", &next[1]), "next-right").await;
    assert_eq!(right.status, 201, "{}", right.json());
    let names: Vec<String> = key_events(&installed).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names.last().map(String::as_str), Some("key.burnt"), "{names:?}");
    let report = answered(&installed, &["audit", "verify", "--replay", "--json"]);
    assert_eq!(report["findings"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_backed_up_sealed_and_another_pepper_under_a_version_serves_nobody() {
    let installed = Installed::new(POSTERN);
    let passphrase = installed.folder.path().join("passphrase");
    std::fs::write(&passphrase, "correct horse battery\n").unwrap();
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(&passphrase, std::fs::Permissions::from_mode(0o600)).unwrap();
    let to = installed.folder.path().join("backup");
    let backup =
        ["key", "backup", to.to_str().unwrap(), "--passphrase-file", passphrase.to_str().unwrap(), "--json"];
    answered(&installed, &backup);
    assert!(std::fs::read_to_string(&to).unwrap().starts_with("postern-sealed-key-file v1\n"));
    let before = std::fs::read(installed.home().join("keys")).unwrap();
    answered(&installed, &["key", "rotate", "--json"]);

    // Somebody rotates a copy of the key file by themselves: the same number, another key.
    let mine = std::fs::read(installed.home().join("keys")).unwrap();
    let other = Installed::new(POSTERN);
    let theirs = std::fs::read_to_string(other.home().join("keys")).unwrap();
    let pepper = theirs.lines().find_map(|line| line.strip_prefix("pepper 1 ")).unwrap();
    let mixed = resummed(&String::from_utf8(mine.clone()).unwrap(), &format!("pepper 2 {pepper}"));
    std::fs::write(installed.home().join("keys"), mixed).unwrap();
    let refused = complained(&installed.command(&["serve"], ""));
    assert!(refused.contains("another key as version 2 of the pepper"), "{refused}");
    std::fs::write(installed.home().join("keys"), mine).unwrap();
    assert_eq!(answered(&installed, &["audit", "verify", "--json"])["verified"], true);

    // A node with the file of before the rotation refuses no right code and makes no set: it says that it cannot.
    let now = std::fs::read(installed.home().join("keys")).unwrap();
    let serving = installed.serve();
    let mut http = Http::connect(&serving.authority, &installed.key).await;
    let codes = installed.issue(&mut http, "anna", "anna").await;
    assert_eq!(serving.stop(), Some(0));
    std::fs::write(installed.home().join("keys"), before).unwrap();
    let serving = installed.serve();
    let mut http = Http::connect(&serving.authority, &installed.key).await;
    let claim = installed.redemption("anna", &codes[1]);
    for away in
        [http.post("/v1/redemptions", &claim, "away").await, installed.stage(&mut http, "bert", "away").await]
    {
        assert_eq!(away.status, 503, "{}", away.json());
    }
    // It finds the version as soon as the file is there; it looks once a second at most.
    std::fs::write(installed.home().join("keys"), now).unwrap();
    let mut tries = 0;
    loop {
        let redeemed = http.post("/v1/redemptions", &claim, "here").await;
        if redeemed.status == 201 {
            break;
        }
        assert_eq!(redeemed.status, 503, "{}", redeemed.json());
        tries += 1;
        assert!(tries < 100_000, "it never looked again");
    }
    assert_eq!(installed.stage(&mut http, "bert", "here").await.status, 201);
    assert_eq!(serving.stop(), Some(0));
}

/// A key file's text with another line in the place of the pepper of the same version, and a sum that fits.
pub(crate) fn resummed(text: &str, pepper: &str) -> String {
    use sha2::{Digest as _, Sha256};
    let (name, _) = pepper.rsplit_once(' ').unwrap();
    let lines = text.lines().filter(|line| !line.starts_with("sum "));
    let line = |line: &str| {
        if line.starts_with(&format!("{name} ")) { format!("{pepper}\n") } else { format!("{line}\n") }
    };
    let lines: String = lines.map(line).collect();
    let sum = postern_core::encoding::base64url(&Sha256::digest(&lines));
    format!("{lines}sum {sum}\n")
}
