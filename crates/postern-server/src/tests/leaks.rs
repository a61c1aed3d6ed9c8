//! Found words and texts over HTTP.

use std::io::ErrorKind;

use postern_core::application::Scope;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::client::Client;
use super::lifecycle::{issued, redemption};
use super::world::World;

const CHECK: &str = "/v1/leaks/check";
const INSPECT: &str = "/v1/leaks/inspect";

#[tokio::test]
async fn found_words_are_asked_about_and_a_live_one_is_revoked() {
    let world = World::new().await;
    let server = world.serve().await;
    let client = &server.client;
    let (_, codes) = issued(client, "alice").await;
    // A scanner has a key that can do nothing else.
    let scanner = Client::new(server.address, &world.application(&[Scope::Leaks], &[]).await);
    let body = json!({ "codes": [codes[1], "PSTN-6N6NW-S9B8B-XYXXT-K5NXF-Y9YZ2", "word"] });
    let expected = json!({ "items": [
        { "outcome": "live", "revoked": true }, { "outcome": "not_ours" }, { "outcome": "not_ours" },
    ]});
    assert_eq!(scanner.post_with("found", CHECK, &body).await.is(200), expected);
    assert_eq!(scanner.post_with("found", CHECK, &body).await.is(200), expected);
    client.post("/v1/redemptions", &redemption("alice", &codes[1])).await.problem(422, "code-not-accepted");
    let named = json!({ "codes": [codes[2]], "subjects": [{ "external_id": "alice" }] });
    assert_eq!(scanner.post(CHECK, &named).await.is(200), json!({ "items": [{ "outcome": "old" }] }));
    let events = client.get("/v1/events").await;
    assert!(codes.iter().all(|code| !events.body.contains(code.as_str())));
    for wrong in [
        json!({ "codes": [] }),
        json!({ "codes": vec!["word"; 101] }),
        json!({ "codes": ["word"], "after": "here" }),
    ] {
        scanner.post(CHECK, &wrong).await.problem(422, "invalid-value");
    }
    scanner.call("POST", CHECK, &[], Some(&body.to_string())).await.problem(400, "idempotency-key-missing");
    scanner.post(CHECK, &json!({ "codes": "word" })).await.problem(400, "malformed-request");
    server.stop().await;
}

#[tokio::test]
async fn a_text_is_looked_through_and_its_codes_are_not_said_again() {
    let world = World::new().await;
    let server = world.serve().await;
    let (_, codes) = issued(&server.client, "alice").await;
    let scanner = Client::new(server.address, &world.application(&[Scope::Leaks], &[]).await);
    let inspect = async |body: &Value| scanner.call("POST", INSPECT, &[], Some(&body.to_string())).await;
    let text = format!("é: {}\nand nothing else", codes[1]);
    let reply = inspect(&json!({ "text": text })).await;
    let found = reply.is(200);
    let bytes = json!({ "start": 4, "end": 4 + codes[1].len() });
    let characters = json!({ "start": 3, "end": 3 + codes[1].len() });
    let item = json!({ "bytes": bytes, "characters": characters, "rule": "postern-standard", "confidence": "certain" });
    assert_eq!(found, json!({ "items": [item] }));
    assert_eq!(inspect(&json!({ "text": "Nothing." })).await.is(200), json!({ "items": [] }));
    // Nothing was asked of anybody: it still works.
    server.client.post("/v1/redemptions", &redemption("alice", &codes[1])).await.is(201);
    // A mebibyte of letters that JSON writes as six each is taken; a longer text is not.
    let escaped = |letters: usize| format!("{{\"text\":\"{}\"}}", "\\u00e9".repeat(letters));
    let send = async |body: &str| scanner.call("POST", INSPECT, &[], Some(body)).await;
    send(&escaped(1 << 19)).await.is(200);
    send(&escaped((1 << 19) + 1)).await.problem(413, "body-too-large");
    inspect(&json!({ "text": 1 })).await.problem(400, "malformed-request");
    // Whoever may not ask sends nothing long: it is refused before its body is read.
    let other = Client::new(server.address, &world.application(&[Scope::Redeem], &[]).await);
    other.call("POST", INSPECT, &[], Some("{")).await.problem(403, "scope-missing");
    server.stop().await;
}

/// Bodies take as long as their senders like. Whoever has as many open as it may is told to come again; others are served.
#[tokio::test]
async fn who_sends_texts_slowly_holds_up_nobody_else() {
    let world = World::new().await;
    let server = world.serve().await;
    let slow = Client::new(server.address, &world.application(&[Scope::Leaks], &[]).await);
    let other = Client::new(server.address, &world.application(&[Scope::Leaks], &[]).await);
    let head = format!(
        "POST {INSPECT} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: 100\r\n\r\n{{",
        slow.key
    );
    let mut open = Vec::new();
    let body = Some("{\"text\":\"\"}");
    let refused = loop {
        let reply = slow.call("POST", INSPECT, &[], body).await;
        if reply.status != 200 {
            break reply;
        }
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        open.push(stream);
        assert!(open.len() < 100, "one application has any number of bodies open");
    };
    refused.problem(429, "too-many-requests");
    other.call("POST", INSPECT, &[], body).await.is(200);
    // It did not wait for any of them.
    let waits =
        |stream: &TcpStream| stream.try_read(&mut [0]).is_err_and(|it| it.kind() == ErrorKind::WouldBlock);
    assert!(open.iter().all(waits));
    server.stop().await;
}
