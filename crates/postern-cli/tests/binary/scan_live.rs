//! `postern scan --server` against a service that runs: what leaked is ended, and nobody learns whose it was.

use std::process::{Command, Stdio};

use postern_testkit::Http;
use postern_testkit::installed::{Installed, Serving};
use serde_json::{Value, json};

use crate::POSTERN;
use crate::rotation::walk;

/// An application that may ask about leaked codes and nothing else: its key, in a file.
fn scanner_key(installed: &Installed) {
    let asked = ["application", "create", "scanner", "--tenant", &installed.tenant, "--json"];
    let made = installed.command(&[&asked[..], &["--scopes", "leaks", "--tiers", "standard"]].concat(), "");
    assert_eq!(made.status.code(), Some(0), "{}", String::from_utf8_lossy(&made.stderr));
    let made: Value = serde_json::from_slice(&made.stdout).unwrap();
    std::fs::write(installed.folder.path().join("scanner.key"), made["key"].as_str().unwrap()).unwrap();
}

/// What a scan of a text says, by the line that a code stands on.
fn scan(installed: &Installed, serving: &Serving, text: &str) -> Vec<(u64, String)> {
    let folder = installed.folder.path();
    std::fs::create_dir_all(folder.join("export")).unwrap();
    std::fs::write(folder.join("export/chat.txt"), text).unwrap();
    let url = format!("http://{}", serving.authority);
    let mut command = Command::new(POSTERN);
    command.args(["scan", "export", "--json", "--server", &url, "--key-file", "scanner.key"]);
    let output = command.current_dir(folder).stdin(Stdio::null()).output().unwrap();
    let (out, trouble) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{out}{trouble}");
    let lines = out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let findings = lines.filter(|line| line["kind"] == "finding");
    let mut told: Vec<_> = findings
        .map(|line| {
            (line["line"].as_u64().unwrap(), line["standing"].as_str().unwrap_or_default().to_owned())
        })
        .collect();
    told.sort();
    told
}

async fn redeemed(installed: &Installed, http: &mut Http, name: &str, code: &str) -> u16 {
    http.post("/v1/redemptions", &installed.redemption(name, code), &format!("{name}-{code}")).await.status
}

#[tokio::test]
async fn what_leaked_is_revoked_by_policy_and_told() {
    let installed = Installed::new(POSTERN);
    scanner_key(&installed);
    let serving = installed.serve();
    let mut http = Http::connect(&serving.authority, &installed.key).await;
    let alice = installed.issue(&mut http, "alice", "a").await;
    let bob = installed.issue(&mut http, "bob", "b").await;
    assert_eq!(redeemed(&installed, &mut http, "bob", &bob[1]).await, 201);
    let nobodys = "PSTN-6N6NW-S9B8B-XYXXT-K5NXF-Y9YZ2";
    let text = format!("keep this\n{}\n{}\n{nobodys}\n", alice[1], bob[1].to_lowercase());

    let told = scan(&installed, &serving, &text);
    let told: Vec<(u64, &str)> = told.iter().map(|(line, said)| (*line, said.as_str())).collect();
    assert_eq!(told, [(2, "live, now revoked"), (3, "spent"), (4, "not ours")]);
    // All of the set has ended, and a spent code ends nothing.
    assert_eq!(redeemed(&installed, &mut http, "alice", &alice[2]).await, 422);
    assert_eq!(redeemed(&installed, &mut http, "bob", &bob[2]).await, 201);

    let events = http.get("/v1/events?limit=100").await.json();
    let of = |name: &str| {
        let items = events["items"].as_array().unwrap();
        items.iter().filter(|event| event["type"] == name).cloned().collect::<Vec<_>>()
    };
    assert_eq!((of("leak.found").len(), of("code_set.revoked").len()), (2, 1), "{events}");
    assert_eq!(of("code_set.revoked")[0]["fact"]["reason"], "leaked");
    assert!(alice.iter().chain(&bob).all(|code| !holds(&installed, code)), "a code is kept somewhere");
    assert_eq!(serving.stop(), Some(0));
    assert_eq!(installed.command(&["audit", "verify", "--replay"], "").status.code(), Some(0));
}

/// Whether a code stands in what the service keeps, as it is shown or without its hyphens.
fn holds(installed: &Installed, code: &str) -> bool {
    let kept = walk(&installed.data());
    kept.contains(code) || kept.contains(&code.replace('-', ""))
}

#[tokio::test]
async fn where_the_policy_is_an_alarm_somebody_decides() {
    let installed = Installed::new(POSTERN);
    scanner_key(&installed);
    let change = ["tenant", "change", &installed.tenant, "--tier", "standard", "--leaks", "alarm"];
    assert_eq!(installed.command(&change, "").status.code(), Some(0));
    let serving = installed.serve();
    let mut http = Http::connect(&serving.authority, &installed.key).await;
    let carol = installed.issue(&mut http, "carol", "c").await;
    let told = scan(&installed, &serving, &carol[3]);
    assert_eq!(told, [(1, "live".to_owned())]);
    assert_eq!(redeemed(&installed, &mut http, "carol", &carol[3]).await, 201);
    // What the scanner's key may not do, it does not do.
    let key = std::fs::read_to_string(installed.folder.path().join("scanner.key")).unwrap();
    let mut scanner = Http::connect(&serving.authority, &key).await;
    let body = json!({ "subject": { "external_id": "carol" } });
    assert_eq!(scanner.post("/v1/code-sets", &body, "k").await.status, 403);
    assert_eq!(serving.stop(), Some(0));
}
