//! Every refusal that can be reached cheaply.

use std::time::Duration;

use postern_core::application::Scope;
use serde_json::json;

use super::client::Client;
use super::lifecycle::{issued, redemption, subject, word};
use super::world::World;

const NOBODY: &str = "/v1/subjects/sub_00000000000000000000000000";

#[tokio::test]
async fn who_may_not_call() {
    let world = World::new().await;
    let server = world.serve().await;
    for authorization in ["", "Basic eDp5", "Bearer", "Bearer pstk_x", "pstk_x"] {
        let reply = server.client.call("GET", NOBODY, &[("Authorization", authorization)], None).await;
        reply.problem(401, "key-unknown");
        assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
    }
    let reader = Client::new(server.address, &world.application(&[Scope::SubjectsRead], &[]).await);
    reader.post("/v1/subjects", &json!({ "external_id": "a" })).await.problem(403, "scope-missing");
    reader.get(NOBODY).await.problem(404, "not-found");
    let lower = format!("bearer {}", reader.key);
    reader.call("GET", NOBODY, &[("Authorization", &lower)], None).await.problem(404, "not-found");
    server.stop().await;
}

#[tokio::test]
async fn what_is_no_request() {
    let world = World::new().await;
    let server = world.serve().await;
    let client = &server.client;
    let send = async |headers: &[(&str, &str)], body: &str| {
        client.call("POST", "/v1/subjects", headers, Some(body)).await
    };
    let key = ("Idempotency-Key", "k");
    send(&[], "{}").await.problem(400, "idempotency-key-missing");
    send(&[key, ("Idempotency-Key", "l")], "{}").await.problem(400, "idempotency-key-missing");
    send(&[("Idempotency-Key", &"k".repeat(256))], "{}").await.problem(400, "idempotency-key-missing");
    send(&[("Idempotency-Key", "a b")], "{}").await.problem(400, "idempotency-key-missing");
    let unknown = r#"{"external_id":"a","SECRET":1}"#;
    let twice = r#"{"external_id":"a","external_id":"b"}"#;
    let deep = format!("{{\"external_id\":{}1{}}}", "[".repeat(5000), "]".repeat(5000));
    for body in ["", "{", "[]", "null", "{}", unknown, twice, &deep, "{\"external_id\":\"\u{0}\"}"] {
        let reply = send(&[key], body).await;
        reply.problem(400, "malformed-request");
        assert!(!reply.body.contains("SECRET") && !reply.body.contains("external_id"));
    }
    send(&[key, ("Content-Type", "text/plain")], "{}").await.problem(415, "unsupported-media-type");
    send(&[key, ("Content-Type", "")], "{}").await.problem(415, "unsupported-media-type");
    send(&[key, ("Content-Encoding", "gzip")], "{}").await.problem(415, "unsupported-media-type");
    let long = json!({ "external_id": "x".repeat(65 * 1024) }).to_string();
    send(&[key], &long).await.problem(413, "body-too-large");
    send(&[key], &json!({ "external_id": "x".repeat(256) }).to_string()).await.problem(422, "invalid-value");
    server.stop().await;
}

#[tokio::test]
async fn what_is_not_here() {
    let world = World::new().await;
    let server = world.serve().await;
    let client = &server.client;
    let absent = [
        "/",
        "/v1",
        "/v1/subject",
        "/v1/subjects/",
        "/metrics",
        "/operate",
        "/v1/subjects/sub_x",
        "/v1/subjects/%ff",
    ];
    for path in absent.into_iter().chain([NOBODY]) {
        let reply = client.get(path).await;
        reply.problem(404, "not-found");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{path}");
    }
    client.post("/v1/code-sets/set_x/confirm", &json!({ "code": "x" })).await.problem(404, "not-found");
    for slot in ["0", "01", "256", "x"] {
        let path = format!("/v1/code-sets/set_x/codes/{slot}/revoke");
        client.post(&path, &json!({ "reason": "lost" })).await.problem(404, "not-found");
    }
    let wrong = client.call("DELETE", "/v1/events", &[], None).await;
    wrong.problem(405, "method-not-allowed");
    assert_eq!(wrong.header("allow"), Some("GET,HEAD"));
    let wrong = client.get("/v1/redemptions").await;
    wrong.problem(405, "method-not-allowed");
    assert_eq!(wrong.header("allow"), Some("POST"));
    for query in ["limit=0", "limit=501", "wait=31", "subject=x"] {
        client.get(&format!("/v1/events?{query}")).await.problem(422, "invalid-value");
    }
    for query in ["limit=x", "before=1", "limit=1&limit=2"] {
        client.get(&format!("/v1/events?{query}")).await.problem(400, "malformed-request");
    }
    server.stop().await;
}

#[tokio::test]
async fn what_is_typed_wrong() {
    let world = World::new().await;
    let server = world.serve().await;
    let client = &server.client;
    let (_, codes) = issued(client, "alice").await;
    let redeem = async |code: &str| client.post("/v1/redemptions", &redemption("alice", code)).await;
    let short = redeem("abc").await.problem(422, "code-mistyped");
    assert!(short["class"].is_string());
    redeem(&format!("{} {}", codes[1], codes[2])).await.problem(422, "several-codes");
    let mut body = redemption("alice", &codes[1]);
    body["purpose"] = json!("account_recovery");
    client.post("/v1/redemptions", &body).await.problem(403, "second-proof-required");
    let mut body = redemption("alice", &codes[1]);
    body["txn"] = json!("short");
    client.post("/v1/redemptions", &body).await.problem(422, "invalid-value");
    let mut body = redemption("alice", &codes[1]);
    body.as_object_mut().unwrap().remove("first_factor");
    client.post("/v1/redemptions", &body).await.problem(403, "first-factor-required");
    for path in ["first_factor", "client"] {
        let mut body = redemption("alice", &codes[1]);
        body[path]["more"] = json!(1);
        client.post("/v1/redemptions", &body).await.problem(400, "malformed-request");
    }
    let mut body = redemption("alice", &codes[1]);
    body["subject"] = json!("sub_x");
    client.post("/v1/redemptions", &body).await.problem(422, "invalid-value");
    let ok = client.post_with("one", "/v1/redemptions", &redemption("alice", &codes[1])).await;
    ok.is(201);
    let other = client.post_with("one", "/v1/redemptions", &redemption("alice", &codes[2])).await;
    other.problem(422, "idempotency-key-reused");
    server.stop().await;
}

#[tokio::test]
async fn guesses_and_stagings_are_slowed_down() {
    let world = World::new().await;
    let server = world.serve().await;
    let client = &server.client;
    let id = subject(client, "alice").await;
    let wanted = json!({ "subject": id, "assurance": word() });
    for _ in 0..3 {
        client.post("/v1/code-sets", &wanted).await.is(201);
    }
    let reply = client.post("/v1/code-sets", &wanted).await;
    reply.problem(429, "too-many-requests");
    assert!(reply.header("retry-after").unwrap().parse::<u64>().unwrap() <= 3600);
    let (_, codes) = issued(client, "bob").await;
    let (_, others) = issued(client, "carol").await;
    for other in &others[..5] {
        client.post("/v1/redemptions", &redemption("bob", other)).await.problem(422, "code-not-accepted");
    }
    let reply = client.post("/v1/redemptions", &redemption("bob", &codes[1])).await;
    reply.problem(429, "too-many-attempts");
    assert!((1..=30).contains(&reply.header("retry-after").unwrap().parse::<u64>().unwrap()));
    world.passes(Duration::from_secs(31));
    client.post("/v1/redemptions", &redemption("bob", &codes[1])).await.is(201);
    server.stop().await;
}

#[tokio::test]
async fn two_proofs_and_odd_values_are_refused() {
    let world = World::new().await;
    let server = world.serve().await;
    let client = &server.client;
    let id = subject(client, "alice").await;
    let stage = async |more: serde_json::Value| {
        let mut body = json!({ "subject": id, "assurance": word() });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        client.post("/v1/code-sets", &body).await
    };
    stage(json!({ "assertion": "x" })).await.problem(422, "invalid-value");
    stage(json!({ "format": "roman" })).await.problem(422, "invalid-value");
    stage(json!({ "count": 0 })).await.problem(422, "invalid-value");
    stage(json!({ "purposes": [] })).await.problem(422, "invalid-value");
    stage(json!({ "count": 1.5 })).await.problem(400, "malformed-request");
    stage(json!({ "duress": 1 })).await.problem(400, "malformed-request");
    stage(json!({ "canaries": 4 })).await.problem(422, "invalid-value");
    stage(json!({ "canary": true })).await.problem(400, "malformed-request");
    let odd = json!({ "level": "aal2", "method": "two words", "at": "2026-03-20T09:46:40Z" });
    stage(json!({ "assurance": odd })).await.problem(422, "invalid-value");
    stage(json!({ "assurance": null })).await.problem(403, "assurance-insufficient");
    stage(json!({ "purposes": ["second_factor", "second_factor"] })).await.is(201);
    server.stop().await;
}

#[tokio::test]
async fn an_unknown_subject_is_a_wrong_code() {
    let world = World::new().await;
    let server = world.serve().await;
    let client = &server.client;
    issued(client, "alice").await;
    let (_, others) = issued(client, "bob").await;
    let mut answers = Vec::new();
    for name in ["alice", "nobody"] {
        for code in [&others[1], &others[2]] {
            let headers = [("Idempotency-Key", "same"), ("X-Request-Id", "same")];
            let body = redemption(name, code).to_string();
            answers.push(client.call("POST", "/v1/redemptions", &headers, Some(&body)).await);
        }
    }
    answers[0].problem(422, "code-not-accepted");
    answers[1].problem(422, "idempotency-key-reused");
    for (known, unknown) in [(0, 2), (1, 3)] {
        assert_eq!(
            (&answers[known].body, answers[known].status),
            (&answers[unknown].body, answers[unknown].status)
        );
        let names =
            |at: usize| answers[at].head.lines().filter(|line| !line.starts_with("date")).collect::<Vec<_>>();
        assert_eq!(names(known), names(unknown));
    }
    server.stop().await;
}

#[tokio::test]
async fn an_answer_is_repeated_for_ten_minutes() {
    let world = World::new().await;
    let server = world.serve().await;
    let client = &server.client;
    let (_, codes) = issued(client, "alice").await;
    let mut body = redemption("alice", &codes[1]);
    body["first_factor"] = json!({});
    let signed = |jti: &str| {
        let mut body = body.clone();
        body["first_factor"]["assertion"] = json!(world.assertion("redeem", jti, &body));
        body
    };
    client.post_with("one", "/v1/redemptions", &signed("first")).await.is(201);
    let again = client.post_with("one", "/v1/redemptions", &signed("second")).await.is(201);
    assert_eq!(again["replayed"], true);
    world.passes(Duration::from_secs(600));
    client.post_with("one", "/v1/redemptions", &signed("third")).await.problem(409, "already-answered");
    server.stop().await;
}

#[tokio::test]
async fn what_a_set_or_an_application_is_not_for() {
    let world = World::new().await;
    let server = world.serve().await;
    let client = &server.client;
    let (_, codes) = issued(client, "alice").await;
    let lax = Client::new(server.address, &world.application(&Scope::ALL, &[]).await);
    let refused = lax.post("/v1/redemptions", &redemption("alice", &codes[1])).await;
    refused.problem(403, "restrictions-not-enforced");
    let wanted = json!({
        "subject": { "external_id": "alice" }, "assurance": word(), "purposes": ["account_recovery"], "format": "compact",
    });
    let staged = client.post("/v1/code-sets", &wanted).await.is(201);
    let (set, code) = (staged["set"].as_str().unwrap(), staged["codes"][1]["code"].as_str().unwrap());
    let confirmed =
        client.post(&format!("/v1/code-sets/{set}/confirm"), &json!({ "code": code })).await.is(200);
    assert!(confirmed["superseded"].as_str().unwrap().starts_with("set_"));
    let refused = client.post("/v1/redemptions", &redemption("alice", code)).await;
    refused.problem(403, "purpose-not-allowed");
    let looked =
        client.call("POST", "/v1/subjects/lookup", &[], Some(r#"{"external_id":"alice"}"#)).await.is(200);
    assert_eq!(looked["attempts_left"], json!({ "known": 30, "proof": 20, "unknown": 50 }));
    server.stop().await;
}
