//! Renewal in the middle of redemptions, held against the order in the log.

use std::sync::Arc;

use hyper::Method;
use postern_codes::Format;
use postern_testkit::{Answer, Service, StoreKind, World};
use serde_json::{Value, json};

use crate::redemption;

/// Renewal races redemption: either the old code was accepted before the new set was, or it is refused.
async fn renewal_races_redemption(kind: StoreKind) {
    let world = Arc::new(World::new(kind).await);
    let service = Service::start(&world).await;
    for round in 0..20 {
        let name = format!("racer-{round}");
        let subject = world.subject(&name).await;
        let old = world.issue(&name, Format::Standard).await;
        let staged = world.stage(&name, Format::Standard).await.unwrap();
        let new: Vec<String> = staged.codes.unwrap().sheet.iter().map(|code| code.text.to_string()).collect();
        let (mut one, mut two, mut three) =
            (service.connect().await, service.connect().await, service.connect().await);
        let path = format!("/v1/code-sets/{}/confirm", staged.set);
        let (confirm, key) = (json!({ "code": new[0] }), format!("confirm-{round}"));
        let with_old = redemption(&world, &name, &old.codes[0], json!({ "address": "192.0.2.1" }));
        let with_new = redemption(&world, &name, &new[1], json!({ "address": "198.51.100.1" }));
        let (old_key, new_key) = (format!("old-{round}"), format!("new-{round}"));
        let (confirmed, old_answer, new_answer): (Answer, Answer, Answer) = tokio::join!(
            one.post(&path, &confirm, &key),
            two.post("/v1/redemptions", &with_old, &old_key),
            three.post("/v1/redemptions", &with_new, &new_key),
        );
        assert_eq!(confirmed.status, 200, "{}", confirmed.json());
        let events = one.send(Method::GET, &format!("/v1/events?subject={subject}"), None, "").await.json();
        let names: Vec<(String, Value)> = events["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| (event["type"].as_str().unwrap().to_owned(), event["fact"]["generation"].clone()))
            .collect();
        let activated = names.iter().position(|(name, of)| name == "code_set.activated" && *of == 2).unwrap();
        let spent = |of: u64| names.iter().position(|(name, set)| name == "code.spent" && *set == of);
        match old_answer.status {
            201 => assert!(spent(1).unwrap() < activated, "an old code was accepted after its successor"),
            422 => assert_eq!(spent(1), None),
            other => panic!("{other} {}", old_answer.json()),
        }
        match new_answer.status {
            201 => assert!(spent(2).unwrap() > activated, "a staged code was accepted"),
            422 => assert_eq!(spent(2), None),
            other => panic!("{other} {}", new_answer.json()),
        }
    }
    let report = world.app.verify(None, true).await.unwrap();
    assert!(report.verified, "{:?}", report.findings);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn renewal_races_redemption_memory() {
    renewal_races_redemption(StoreKind::Memory).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn renewal_races_redemption_sqlite() {
    renewal_races_redemption(StoreKind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn renewal_races_redemption_two_nodes() {
    renewal_races_redemption(StoreKind::Postgres).await;
}
