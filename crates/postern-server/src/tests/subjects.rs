//! Subjects: created once, found, changed with their revision.

use postern_core::application::Scope;
use serde_json::{Value, json};

use super::client::Client;
use super::world::World;

#[tokio::test]
async fn a_name_is_created_once_and_found_afterwards() {
    let world = World::new().await;
    let server = world.serve().await;
    let client = &server.client;
    let new = json!({ "external_id": "alice", "owner": "it", "kind": "machine" });
    let created = client.post("/v1/subjects", &new).await;
    let etag = created.header("etag").unwrap().to_owned();
    let created = created.is(201);
    assert_eq!((&created["tier"], &created["kind"]), (&json!("standard"), &json!("machine")));
    assert_eq!((&created["active_set"], &created["owner"]), (&Value::Null, &json!("it")));
    let found = client.post("/v1/subjects", &json!({ "external_id": "alice" })).await.is(200);
    let looked = client.call("POST", "/v1/subjects/lookup", &[], Some(r#"{"external_id":"alice"}"#)).await;
    assert_eq!(looked.header("etag"), Some(etag.as_str()));
    assert_eq!((&found, &looked.is(200)), (&created, &created));
    let path = format!("/v1/subjects/{}", created["subject"].as_str().unwrap());
    assert_eq!(client.get(&path).await.is(200), created);
    server.stop().await;
}

#[tokio::test]
async fn a_change_names_its_revision() {
    let world = World::new().await;
    let server = world.serve().await;
    let client = &server.client;
    let created = client.post("/v1/subjects", &json!({ "external_id": "alice", "owner": "it" })).await;
    let (etag, path) = (
        created.header("etag").unwrap().to_owned(),
        format!("/v1/subjects/{}", created.is(201)["subject"].as_str().unwrap()),
    );
    let patch =
        async |etag: &str, body: &str| client.call("PATCH", &path, &[("If-Match", etag)], Some(body)).await;
    patch("", "{}").await.problem(428, "precondition-required");
    patch("\"99\"", r#"{"owner":null}"#).await.problem(412, "version-mismatch");
    let changed = patch(&etag, r#"{"tier":"elevated","owner":null}"#).await;
    let newer = changed.header("etag").unwrap().to_owned();
    assert_ne!(newer, etag);
    let changed = changed.is(200);
    assert!(changed["tier"] == "elevated" && changed.get("owner").is_none());
    patch(&etag, r#"{"kind":"machine"}"#).await.problem(412, "version-mismatch");
    patch(&newer, r#"{"tier":"standard"}"#).await.problem(403, "tier-cannot-be-lowered");
    patch(&newer, r#"{"tier":"service"}"#).await.problem(403, "assurance-insufficient");
    let weak = Client::new(server.address, &world.application(&[Scope::SubjectsWrite], &[]).await);
    let headers = [("If-Match", newer.as_str())];
    weak.call("PATCH", &path, &headers, Some(r#"{"tier":"privileged"}"#)).await.problem(403, "scope-missing");
    server.stop().await;
}
