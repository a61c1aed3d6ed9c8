//! Tiles and proofs over HTTP.

use postern_core::application::Scope;
use postern_log::{ConsistencyFile, Frontier, ProofFile, leaf_hash, open_checkpoint};

use super::client::Client;
use super::world::World;

#[tokio::test]
async fn proofs_are_text_and_tiles_are_bytes() {
    let world = World::new().await;
    let server = world.serve().await;
    let client = &server.client;
    let proof = client.get("/v1/log/proof?event=1").await;
    assert_eq!((proof.status, proof.header("content-type")), (200, Some("text/plain; charset=utf-8")));
    let read = ProofFile::parse(&proof.body).unwrap();
    read.check(&world.app.verifier_key(world.tenant)).unwrap();
    let event: serde_json::Value = serde_json::from_slice(&read.event).unwrap();
    let by_id = client.get(&format!("/v1/log/proof?event={}", event["id"].as_str().unwrap())).await;
    assert_eq!(by_id.body, proof.body);
    let tile = client.get("/v1/log/tile/0/000.p/2").await;
    assert_eq!((tile.status, tile.header("content-type")), (200, Some("application/octet-stream")));
    assert_eq!((tile.header("content-length"), tile.header("cache-control")), (Some("64"), Some("no-store")));
    let entries = client.get("/v1/log/tile/entries/000.p/2").await;
    assert!(entries.body.contains(event["id"].as_str().unwrap()), "{entries:?}");
    server.stop().await;
}

#[tokio::test]
async fn a_log_is_proved_to_begin_with_every_earlier_one() {
    let world = World::new().await;
    let server = world.serve().await;
    let client = &server.client;
    let key = world.app.verifier_key(world.tenant);
    let first = client.get("/v1/log/proof?from=1").await;
    assert_eq!((first.status, first.header("content-type")), (200, Some("text/plain; charset=utf-8")));
    let size = open_checkpoint(&ConsistencyFile::parse(&first.body).unwrap().note, &key).unwrap().size;
    assert!(size > 1);
    let mut earlier_log = Frontier::new();
    for index in 0..size {
        let event = client.get(&format!("/v1/log/proof?event={index}")).await;
        earlier_log.append(leaf_hash(&ProofFile::parse(&event.body).unwrap().event));
        let proof = client.get(&format!("/v1/log/proof?from={}", index + 1)).await;
        let read = ConsistencyFile::parse(&proof.body).unwrap();
        assert_eq!(read.check(&key, earlier_log.root()).unwrap().size, size);
        assert!(read.check(&key, leaf_hash(b"another log")).is_err());
        let shifted = ConsistencyFile { earlier: read.earlier % size + 1, ..read };
        assert!(shifted.check(&key, earlier_log.root()).is_err(), "one proof is another one's");
    }
    client.get(&format!("/v1/log/proof?from={}", size + 1000)).await.problem(404, "not-found");
    client.get("/v1/log/proof?from=0").await.problem(422, "invalid-value");
    client.get("/v1/log/proof?from=1&event=1").await.problem(400, "malformed-request");
    let other = Client::new(server.address, &world.application(&[Scope::EventsRead], &[]).await);
    other.get("/v1/log/proof?from=1").await.problem(403, "scope-missing");
    server.stop().await;
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_nobody_else_is_answered() {
    let world = World::new().await;
    let server = world.serve().await;
    let client = &server.client;
    for path in
        ["0/000", "0/x001/234", "64/000", "0/0", "a/000", "entries/000", "entries/000.p/300", "0/000.p/2/x"]
    {
        client.get(&format!("/v1/log/tile/{path}")).await.problem(404, "not-found");
    }
    client.get("/v1/log/proof?event=9999").await.problem(404, "not-found");
    client.get("/v1/log/proof?event=alice").await.problem(422, "invalid-value");
    client.get("/v1/log/proof").await.problem(400, "malformed-request");
    client.call("POST", "/v1/log/tile/0/000.p/1", &[], None).await.problem(405, "method-not-allowed");
    let other = Client::new(server.address, &world.application(&[Scope::EventsRead], &[]).await);
    for path in ["/v1/log/proof?event=0", "/v1/log/tile/0/000.p/1", "/v1/log/tile/entries/000.p/1"] {
        other.get(path).await.problem(403, "scope-missing");
    }
    server.stop().await;
}
