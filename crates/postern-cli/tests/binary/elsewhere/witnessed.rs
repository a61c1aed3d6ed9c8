//! A whole installation whose checkpoints a witness cosigns.

use std::fs;
use std::time::Duration;

use postern_log::WitnessKey;
use postern_testkit::Http;
use postern_testkit::installed::{Installed, Serving};
use serde_json::{Value, json};

use super::witness::Witness;
use crate::POSTERN;
use crate::node::complained;

const NONE: &str = "witness.test/two+00000000+BA==";

/// An installation with a witness that knows its logs.
fn made() -> (Installed, Witness, String) {
    let (installed, witness) = (Installed::new(POSTERN), Witness::start());
    let text = fs::read_to_string(installed.config()).unwrap();
    assert!(text.contains("witnesses = []"));
    fs::write(installed.config(), text.replace("witnesses = []", &witness.setting())).unwrap();
    let key = verifier_key(&installed, "first");
    witness.know(&key);
    (installed, witness, key)
}

/// The tenant's verifier key, out of an export.
fn verifier_key(installed: &Installed, name: &str) -> String {
    let answer = export(installed, name);
    answer["verifier_key"].as_str().unwrap().to_owned()
}

fn export(installed: &Installed, name: &str) -> Value {
    let folder = installed.folder.path().join(name);
    let arguments = ["audit", "export", "--tenant", &installed.tenant, folder.to_str().unwrap(), "--json"];
    let output = installed.command(&arguments, "");
    assert!(output.status.success(), "{}", complained(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn check(installed: &Installed, name: &str, more: &[&str]) -> (Option<i32>, Value) {
    let path = installed.folder.path().join(name);
    let arguments = [&["audit", "check", path.to_str().unwrap(), "--json"], more].concat();
    let output = postern_testkit::installed::output(POSTERN.as_ref(), &arguments, "", &[]);
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or_default())
}

/// The newest checkpoint, as soon as the witness has cosigned it.
async fn cosigned(installed: &Installed, serving: &Serving, key: &WitnessKey) -> String {
    let mut http = Http::connect(&serving.authority, &installed.key).await;
    for _ in 0..300 {
        let answer = http.get("/v1/log/checkpoint").await;
        let note = String::from_utf8(answer.bytes).unwrap();
        if key.cosigned(&note).unwrap().is_some() {
            return note;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("no cosignature came");
}

async fn reasons(serving: &Serving) -> Value {
    let answer = Http::connect(&serving.admin, "").await.get("/readyz").await;
    if answer.status == 200 { json!([]) } else { answer.json()["reasons"].clone() }
}

async fn disagrees(serving: &Serving) {
    for _ in 0..300 {
        if reasons(serving).await == json!(["anchor-disagrees"]) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("nothing was found: {}", reasons(serving).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checkpoints_exports_and_proofs_carry_what_a_witness_has_seen() {
    let (installed, witness, key) = made();
    let known = WitnessKey::parse(&witness.verifier_key()).unwrap();
    let serving = installed.serve();
    let first = cosigned(&installed, &serving, &known).await;
    // It grows, and the witness checks that it only grew.
    let mut http = Http::connect(&serving.authority, &installed.key).await;
    let codes = installed.issue(&mut http, "anna", "first").await;
    let mut note = first.clone();
    while note.lines().nth(1) == first.lines().nth(1) {
        note = cosigned(&installed, &serving, &known).await;
    }
    let origin = key.split_once('+').unwrap().0;
    assert!(witness.size_of(origin) > 3 && witness.given() >= 2);
    // A witness that is away holds nothing up, and is caught up with.
    witness.set_away(true);
    let redeemed = http.post("/v1/redemptions", &installed.redemption("anna", &codes[1]), "one").await;
    assert_eq!(redeemed.status, 201);
    witness.set_away(false);
    cosigned(&installed, &serving, &known).await;

    export(&installed, "second");
    let by = witness.verifier_key();
    let (code, said) = check(&installed, "second", &["--key", &key, "--witness", &by, "--witness", &by]);
    assert_eq!((code, &said["self_asserted"]), (Some(0), &json!(false)), "{said}");
    assert_eq!(
        (said["cosigned"].as_array().unwrap().len(), &said["cosigned"][0]["witness"]),
        (1, &json!("witness.test/one"))
    );
    let (code, said) = check(&installed, "second", &["--key", &key]);
    assert_eq!((code, said.get("cosigned")), (Some(0), None), "{said}");
    assert_eq!(check(&installed, "second", &["--key", &key, "--witness", NONE]).0, Some(2));
    assert_eq!(
        check(&installed, "second", &["--key", &key, "--witness", &key]).0,
        Some(2),
        "a log is its own witness"
    );

    let proof = installed.folder.path().join("event.tlog-proof");
    let arguments = ["audit", "proof", "1", "--tenant", &installed.tenant, "--file", proof.to_str().unwrap()];
    assert!(installed.command(&arguments, "").status.success());
    let (code, said) = check(&installed, "event.tlog-proof", &["--key", &key, "--witness", &by]);
    assert_eq!((code, &said["self_asserted"]), (Some(0), &json!(false)), "{said}");

    // A cosignature that was altered is found, and one of another text too.
    let path = installed.folder.path().join("second/checkpoint");
    let whole = fs::read_to_string(&path).unwrap();
    let line = whole.lines().find(|line| line.starts_with("— witness.test/one")).unwrap();
    let stale = first.lines().find(|line| line.starts_with("— witness.test/one")).unwrap();
    fs::write(&path, whole.replace(line, stale)).unwrap();
    assert_eq!(check(&installed, "second", &["--key", &key, "--witness", &by]).0, Some(3));
    assert_eq!(serving.stop(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_witness_hangs_the_anchor_moves_on() {
    let (installed, witness, _) = made();
    let known = WitnessKey::parse(&witness.verifier_key()).unwrap();
    let anchored = || {
        let bytes = fs::read(installed.home().join("anchor")).unwrap();
        postern_log::Anchor::from_json(&bytes).unwrap().size_of(&installed.tenant)
    };
    let serving = installed.serve();
    cosigned(&installed, &serving, &known).await;
    witness.set_hanging(true);
    let asked = witness.asked();
    let mut http = Http::connect(&serving.authority, &installed.key).await;
    for number in 1..=5 {
        let before = anchored();
        let body = json!({ "external_id": format!("person-{number}") });
        assert_eq!(http.post("/v1/subjects", &body, &format!("create-{number}")).await.status, 201);
        while anchored() <= before {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    // An anchor that waits for the witness moves once for each time that it is asked.
    assert!(witness.asked() - asked < 5, "asked {} times for five moves", witness.asked() - asked);
    witness.set_hanging(false);
    cosigned(&installed, &serving, &known).await;
    assert_eq!(serving.stop(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_witness_that_knows_more_or_another_history_stops_everything() {
    let (installed, witness, key) = made();
    let known = WitnessKey::parse(&witness.verifier_key()).unwrap();
    let origin = key.split_once('+').unwrap().0;
    let serving = installed.serve();
    cosigned(&installed, &serving, &known).await;
    let size = witness.size_of(origin);
    assert_eq!(serving.stop(), Some(0));

    witness.believe(origin, size + 1_000, [1; 32]);
    let serving = installed.serve();
    disagrees(&serving).await;
    assert_eq!(serving.stop(), Some(0));
    for knows in [size, size - 1] {
        witness.believe(origin, knows, [1; 32]);
        let serving = installed.serve();
        disagrees(&serving).await;
        assert_eq!(serving.stop(), Some(0));
        let log = fs::read_to_string(installed.home().join("log")).unwrap();
        assert!(log.contains(&format!("another history of {} at {knows} events", installed.tenant)), "{log}");
    }
    let log = fs::read_to_string(installed.home().join("log")).unwrap();
    assert!(log.contains(&format!("knows {} events", size + 1_000)), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cosignature_of_another_time_is_not_kept() {
    let (installed, witness, key) = made();
    witness.set_ahead(2 * 24 * 3600);
    let known = WitnessKey::parse(&witness.verifier_key()).unwrap();
    let origin = key.split_once('+').unwrap().0;
    let serving = installed.serve();
    while witness.size_of(origin) == 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let given = witness.given();
    while witness.given() < given + 2 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut http = Http::connect(&serving.authority, &installed.key).await;
    let note = String::from_utf8(http.get("/v1/log/checkpoint").await.bytes).unwrap();
    assert_eq!(known.cosigned(&note), Ok(None));
    witness.set_ahead(0);
    cosigned(&installed, &serving, &known).await;
    assert_eq!(serving.stop(), Some(0));
}
