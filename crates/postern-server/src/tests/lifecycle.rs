//! A set from its staging to its last event.

use std::time::Duration;

use postern_core::Time;
use serde_json::{Value, json};

use super::client::Client;
use super::world::{START, World};

/// The application's word about a sign-in at the start.
pub(super) fn word() -> Value {
    json!({ "level": "aal2", "method": "otp", "at": Time::from_millis(START) })
}

/// A subject of the tier *standard*.
pub(super) async fn subject(client: &Client, external_id: &str) -> String {
    let reply = client.post("/v1/subjects", &json!({ "external_id": external_id })).await;
    reply.is(201)["subject"].as_str().unwrap().to_owned()
}

/// A confirmed set of a new subject: its id and its codes.
pub(super) async fn issued(client: &Client, external_id: &str) -> (String, Vec<String>) {
    let subject = subject(client, external_id).await;
    let staged =
        client.post("/v1/code-sets", &json!({ "subject": subject, "assurance": word() })).await.is(201);
    let set = staged["set"].as_str().unwrap().to_owned();
    let codes: Vec<String> = staged["codes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|code| code["code"].as_str().unwrap().to_owned())
        .collect();
    client.post(&format!("/v1/code-sets/{set}/confirm"), &json!({ "code": codes[0] })).await.is(200);
    (set, codes)
}

/// A redemption of a code.
pub(super) fn redemption(external_id: &str, code: &str) -> Value {
    json!({
        "subject": { "external_id": external_id },
        "code": code,
        "purpose": "second_factor",
        "txn": "example-login-0001",
        "first_factor": word(),
        "client": { "address": "192.0.2.1", "user_agent": "Example/1.0" },
    })
}

#[tokio::test]
async fn staged_confirmed_redeemed_and_told() {
    let world = World::new().await;
    let server = world.serve().await;
    let client = &server.client;
    let subject = subject(client, "alice").await;

    let wanted = json!({ "subject": subject, "assurance": word(), "count": 3 });
    let staged = client.post_with("stage-1", "/v1/code-sets", &wanted).await;
    assert_eq!(staged.header("cache-control"), Some("no-store"));
    let staged = staged.is(201);
    let (set, codes) = (staged["set"].as_str().unwrap(), staged["codes"].as_array().unwrap());
    assert_eq!((codes.len(), &codes[2]["slot"], &staged["subject"]), (3, &json!(3), &json!(subject)));
    assert!(staged["confirm_by"].is_string() && staged["name"].is_string() && staged["generation"] == 1);
    let again = client.post_with("stage-1", "/v1/code-sets", &wanted).await.is(200);
    assert_eq!(again, json!({ "set": set, "shown": true }));

    let path = format!("/v1/code-sets/{set}/confirm");
    let confirmed = client.post_with("confirm-1", &path, &json!({ "code": codes[0]["code"] })).await.is(200);
    assert_eq!((&confirmed["set"], &confirmed["replayed"]), (&json!(set), &Value::Null));
    let again = client.post_with("confirm-1", &path, &json!({ "code": codes[0]["code"] })).await.is(200);
    assert_eq!(again["replayed"], true);

    let typed = codes[1]["code"].as_str().unwrap();
    let redeemed = client.post_with("redeem-1", "/v1/redemptions", &redemption("alice", typed)).await;
    assert_eq!(redeemed.header("cache-control"), Some("no-store"));
    let redeemed = redeemed.is(201);
    assert_eq!((&redeemed["outcome"], &redeemed["slot"]), (&json!("accepted"), &json!(2)));
    assert_eq!((&redeemed["remaining"], &redeemed["warnings"]), (&json!(2), &json!(["low_stock"])));
    assert!(
        redeemed["restrictions"]["enrol"]["not_before"].is_string() && redeemed.get("replayed").is_none()
    );
    let again = client.post_with("redeem-1", "/v1/redemptions", &redemption("alice", typed)).await.is(201);
    assert_eq!((&again["replayed"], &again["redemption"]), (&json!(true), &redeemed["redemption"]));
    let spent = client.post("/v1/redemptions", &redemption("alice", typed)).await;
    spent.problem(422, "code-not-accepted");

    let seen = client.get(&format!("/v1/subjects/{subject}")).await.is(200);
    assert_eq!((&seen["active_set"]["remaining"], &seen["staged_set"]), (&json!(2), &Value::Null));
    assert_eq!(seen["active_set"]["used"][0]["slot"], 2);
    assert_eq!(
        (&seen["holds"], &seen["waits"], &seen["attempts_left"]),
        (&json!([]), &json!([]), &Value::Null)
    );

    let events = client.get(&format!("/v1/events?subject={subject}")).await.is(200);
    let kinds: Vec<_> =
        events["items"].as_array().unwrap().iter().map(|event| event["type"].clone()).collect();
    let expected = ["subject.created", "code_set.staged", "code_set.activated", "code.spent", "code.refused"];
    assert_eq!(kinds, expected);
    assert!(!client.get("/v1/events").await.body.contains(typed));
    let metrics = Client::new(server.admin, "").get("/metrics").await.body;
    assert!(metrics.contains("postern_redemptions_total{outcome=\"accepted\"} 2"), "{metrics}");
    assert!(metrics.contains("postern_stages_total 1") && !metrics.contains(&subject));
    server.stop().await;
}

#[tokio::test]
async fn a_rehearsal_needs_an_assertion_bound_to_its_request() {
    let world = World::new().await;
    let server = world.serve().await;
    let client = &server.client;
    let (_, codes) = issued(client, "alice").await;
    let mut body = json!({ "subject": { "external_id": "alice" }, "code": codes[1] });
    body["assertion"] = json!(world.assertion("rehearse", "one", &body));
    let tested = client.post_with("rehearse-1", "/v1/rehearsals", &body).await.is(200);
    assert_eq!(tested, json!({ "tested_at": Time::from_millis(START) }));
    body["code"] = json!(codes[2]);
    client
        .post(
            "/v1/rehearsals",
            &json!({ "subject": { "external_id": "alice" }, "code": codes[1], "assurance": word() }),
        )
        .await
        .problem(403, "assurance-insufficient");
    // The code is no part of what the assertion is bound to, but the device is.
    body["client"] = json!({ "address": "192.0.2.1" });
    client.post("/v1/rehearsals", &body).await.problem(403, "assurance-insufficient");
    server.stop().await;
}

#[tokio::test]
async fn sets_are_discarded_and_revoked() {
    let world = World::new().await;
    let server = world.serve().await;
    let client = &server.client;
    let subject = subject(client, "alice").await;
    let staged =
        client.post("/v1/code-sets", &json!({ "subject": subject, "assurance": word() })).await.is(201);
    let path = format!("/v1/code-sets/{}", staged["set"].as_str().unwrap());
    for _ in 0..2 {
        let gone = client.call("DELETE", &path, &[], None).await;
        assert_eq!((gone.status, gone.body.as_str()), (204, ""));
    }
    let (set, codes) = issued(client, "bob").await;
    let works = client.call("DELETE", &format!("/v1/code-sets/{set}"), &[], None).await;
    works.problem(409, "state-changed");
    let one = format!("/v1/code-sets/{set}/codes/2/revoke");
    for _ in 0..2 {
        let revoked = client.post(&one, &json!({ "reason": "lost" })).await.is(200);
        assert_eq!(revoked, json!({ "set": set, "slot": 2 }));
    }
    client.post("/v1/redemptions", &redemption("bob", &codes[1])).await.problem(422, "code-not-accepted");
    let all = format!("/v1/code-sets/{set}/revoke");
    let revoked = client.post_with("revoke-1", &all, &json!({ "reason": "leaked" })).await.is(200);
    assert_eq!(revoked, json!({ "set": set }));
    client
        .post_with("revoke-1", &all, &json!({ "reason": "lost" }))
        .await
        .problem(422, "idempotency-key-reused");
    client.post("/v1/redemptions", &redemption("bob", &codes[2])).await.problem(422, "code-not-accepted");
    server.stop().await;
}

#[tokio::test]
async fn documents_and_the_log_are_read() {
    let world = World::new().await;
    let server = world.serve().await;
    let client = &server.client;
    subject(client, "alice").await;
    let checkpoint = client.get("/v1/log/checkpoint").await;
    assert_eq!(checkpoint.header("content-type"), Some("text/plain; charset=utf-8"));
    assert!(checkpoint.body.starts_with(&format!("codes.example.org/{}\n", world.tenant)));
    let keys = client.get("/.well-known/jwks.json").await.is(200);
    assert_eq!((&keys["keys"][0]["kty"], &keys["keys"][0]["crv"]), (&json!("OKP"), &json!("Ed25519")));
    assert_eq!(client.get("/openapi.json").await.body, crate::openapi());
    let page = client.get("/v1/events?limit=1").await.is(200);
    assert_eq!(page["items"][0]["index"], 0);
    let next = page["next"].as_str().unwrap();
    let rest = client.get(&format!("/v1/events?after={next}")).await.is(200);
    assert!(rest["items"][0]["index"] == 1 && rest.get("next").is_none());
    server.stop().await;
}

#[tokio::test]
async fn a_reader_waits_for_an_event_and_a_stop_ends_the_wait() {
    let world = World::new().await;
    let server = world.serve().await;
    let client = &server.client;
    let known = client.get("/v1/events").await.is(200)["items"].as_array().unwrap().len();
    let path = format!("/v1/events?wait=20&after={}", known - 1);
    let (told, _) = tokio::join!(client.get(&path), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        subject(client, "alice").await
    });
    assert_eq!(told.is(200)["items"][0]["type"], "subject.created");
    let waiting = Client::new(server.address, &client.key);
    let path = format!("/v1/events?wait=20&after={known}");
    let waiting = tokio::spawn(async move { waiting.get(&path).await });
    tokio::time::sleep(Duration::from_millis(200)).await;
    let begun = tokio::time::Instant::now();
    server.stop().await;
    assert_eq!(waiting.await.unwrap().is(200)["items"], json!([]));
    assert!(begun.elapsed() < Duration::from_secs(5));
}
