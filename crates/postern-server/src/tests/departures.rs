//! Leaving, erasing, exporting and bulk revocation over HTTP.

use serde_json::{Value, json};

use super::world::World;

#[tokio::test]
async fn a_subject_is_exported_and_leaves_and_is_erased() {
    let world = World::new().await;
    let server = world.serve().await;
    let client = &server.client;
    let created =
        client.post("/v1/subjects", &json!({ "external_id": "alice", "owner": "it" })).await.is(201);
    let at = |what: &str| format!("/v1/subjects/{}/{what}", created["subject"].as_str().unwrap());
    let exported = client.get(&at("export")).await.is(200);
    assert_eq!((&exported["external_id"], &exported["owner"]), (&json!("alice"), &json!("it")));
    let event = &exported["items"][0];
    assert_eq!(
        (&event["type"], &event["personal"]["external_id"]),
        (&json!("subject.created"), &json!("alice"))
    );
    assert_eq!((event.get("private"), exported.get("next")), (None, None));
    client.get(&at("export?limit=0")).await.problem(422, "invalid-value");
    client.get(&at("export?page=2")).await.problem(400, "malformed-request");
    let (bare, keyed) = ([("Idempotency-Key", "")], [("Idempotency-Key", "leave")]);
    client.call("POST", &at("leave"), &bare, None).await.problem(400, "idempotency-key-missing");
    client.post(&at("leave"), &json!({ "quietly": true })).await.problem(400, "malformed-request");
    assert_eq!(client.call("POST", &at("leave"), &keyed, None).await.is(200)["subject"], created["subject"]);
    client.post(&at("leave"), &json!({})).await.is(200);
    let path = format!("/v1/subjects/{}", created["subject"].as_str().unwrap());
    client.get(&path).await.problem(404, "not-found");
    // It may still be exported and erased.
    client.get(&at("export")).await.is(200);
    let erasure = client.call("POST", &at("erase"), &keyed, None).await.is(202);
    assert!(erasure["erase_at"].is_string());
    assert_eq!(client.call("POST", &at("erase"), &keyed, None).await.is(202), erasure);
    let nobody = "/v1/subjects/sub_00000000000000000000000000";
    for what in ["leave", "erase"] {
        client.call("POST", &format!("{nobody}/{what}"), &keyed, None).await.problem(404, "not-found");
    }
    client.get(&format!("{nobody}/export")).await.problem(404, "not-found");
    server.stop().await;
}

#[tokio::test]
async fn many_are_revoked_in_one_request() {
    let world = World::new().await;
    let server = world.serve().await;
    let client = &server.client;
    client.post("/v1/subjects", &json!({ "external_id": "alice" })).await.is(201);
    let revoke = async |body: Value| client.post("/v1/code-sets/revoke", &body).await;
    let named = json!([{ "external_id": "alice" }, { "external_id": "bob" }]);
    let answer = revoke(json!({ "reason": "leaked", "subjects": named })).await.is(202);
    assert_eq!(answer, json!({ "items": [{ "outcome": "without_codes" }, { "outcome": "not_found" }] }));
    revoke(json!({ "reason": "leaked", "subjects": [] })).await.problem(422, "invalid-value");
    // Reasons of the service's own are nobody's to give.
    for own in ["bulk", "key_burnt", "because"] {
        revoke(json!({ "reason": own, "subjects": named })).await.problem(400, "malformed-request");
    }
    server.stop().await;
}
