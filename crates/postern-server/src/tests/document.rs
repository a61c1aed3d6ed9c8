//! The document and the router are the same.

use std::collections::BTreeSet;

use serde_json::Value;

use super::world::World;
use crate::bodies::BODIES;
use crate::openapi;
use crate::problem::{Refusal, samples};

/// The routes of this release.
const ROUTES: [(&str, &str); 24] = [
    ("get", "/.well-known/jwks.json"),
    ("get", "/openapi.json"),
    ("delete", "/v1/code-sets/{set}"),
    ("get", "/v1/"),
    ("get", "/v1/events"),
    ("get", "/v1/log/checkpoint"),
    ("get", "/v1/log/proof"),
    ("get", "/v1/log/tile/{level}/{index}"),
    ("get", "/v1/subjects/{sub}"),
    ("patch", "/v1/subjects/{sub}"),
    ("post", "/v1/code-sets"),
    ("post", "/v1/code-sets/{set}/codes/{slot}/revoke"),
    ("post", "/v1/code-sets/{set}/confirm"),
    ("post", "/v1/code-sets/revoke"),
    ("post", "/v1/code-sets/{set}/revoke"),
    ("post", "/v1/leaks/check"),
    ("post", "/v1/leaks/inspect"),
    ("post", "/v1/redemptions"),
    ("post", "/v1/rehearsals"),
    ("post", "/v1/subjects"),
    ("post", "/v1/subjects/lookup"),
    ("get", "/v1/subjects/{sub}/export"),
    ("post", "/v1/subjects/{sub}/erase"),
    ("post", "/v1/subjects/{sub}/leave"),
];

fn document() -> Value {
    serde_json::from_str(&openapi()).unwrap()
}

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let each = paths.iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(move |(method, operation)| (method, path, operation))
    });
    each.map(|(method, path, operation)| (method.clone(), path.clone(), operation.clone())).collect()
}

#[test]
fn every_body_of_the_document_is_read_by_itself_too() {
    let document = document();
    let takes_one =
        operations(&document).into_iter().filter(|(_, _, operation)| operation["requestBody"].is_object());
    let known: BTreeSet<_> = takes_one.map(|(method, path, _)| format!("{method} {path}")).collect();
    assert_eq!(known, BODIES.map(|(route, _)| route.to_owned()).into());
    for (route, read) in BODIES {
        assert!(read(b"{\"no-member\":1}").is_none() && read(b"[]").is_none(), "{route}");
    }
}

#[test]
fn it_has_the_routes_of_this_release_and_is_the_same_every_time() {
    let document = document();
    let known: BTreeSet<_> =
        operations(&document).into_iter().map(|(method, path, _)| (method, path)).collect();
    let listed = ROUTES.map(|(method, path)| (method.to_owned(), path.to_owned()));
    assert_eq!(known, BTreeSet::from(listed));
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!((&document["info"]["title"], &document["info"]["version"]), (&"Postern".into(), &"1".into()));
    assert_eq!(openapi(), openapi());
}

#[tokio::test]
async fn every_documented_route_is_routed() {
    let world = World::new().await;
    let server = world.serve().await;
    for (method, path, _) in operations(&document()) {
        let path = path.replace("{sub}", "sub_x").replace("{set}", "set_x").replace("{slot}", "1");
        let path = path.replace("{level}/{index}", "0/x001/000.p/1");
        // Without a key, so that a handler's refusal is told from the router's.
        let headers = [("Authorization", "")];
        let reply = server.client.call(&method.to_uppercase(), &path, &headers, None).await;
        let expected = if path.starts_with("/v1/") { 401 } else { 200 };
        assert_eq!(reply.status, expected, "{method} {path}");
    }
    server.stop().await;
}

#[test]
fn every_refusal_is_described_and_every_reference_resolves() {
    let document = document();
    let text = document.to_string();
    for name in samples().iter().map(Refusal::name).filter(|name| *name != "method-not-allowed") {
        assert!(text.contains(&format!("\"urn:postern:problem:{name}\"")), "{name}");
    }
    for (method, path, operation) in operations(&document) {
        let responses = operation["responses"].as_object().unwrap();
        for (status, response) in responses.iter().filter(|(status, _)| status.as_str() >= "400") {
            let content = &response["content"]["application/problem+json"];
            assert!(content["examples"].is_object(), "{method} {path} {status}");
        }
        assert_eq!(path.starts_with("/v1/"), operation["security"].is_array(), "{method} {path}");
    }
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for reference in text.split("\"$ref\":\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(schemas.contains_key(name), "{name}");
    }
}

#[test]
fn bodies_refuse_unknown_members() {
    let document = document();
    for (method, path, operation) in operations(&document) {
        let Some(reference) =
            operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str()
        else {
            let says_all = ["/erase", "/leave"].iter().any(|end| path.ends_with(end));
            assert!(method == "get" || method == "delete" || says_all, "{method} {path}");
            continue;
        };
        let schema = document.pointer(reference.trim_start_matches('#')).unwrap();
        assert_eq!(schema["additionalProperties"], false, "{method} {path}");
    }
}

#[test]
fn every_link_leads_to_an_operation_with_its_parameters() {
    let document = document();
    let operations = operations(&document);
    let of =
        |id: &Value| operations.iter().find(|(_, _, operation)| operation["operationId"] == *id).unwrap();
    let responses =
        operations.iter().flat_map(|(_, _, operation)| operation["responses"].as_object().unwrap());
    let links: Vec<_> =
        responses.filter_map(|(_, response)| response["links"].as_object()).flatten().collect();
    assert_eq!(links.len(), crate::openapi::links(), "a link's operation is not in the document");
    for (name, link) in links {
        let (_, path, target) = of(&link["operationId"]);
        for parameter in link["parameters"].as_object().into_iter().flatten().map(|(parameter, _)| parameter)
        {
            let known = target["parameters"].as_array().unwrap().iter();
            assert!(known.clone().any(|known| known["name"] == **parameter), "{name} {path} {parameter}");
        }
    }
}

#[test]
fn every_route_that_needs_a_key_names_the_scope() {
    for (method, path, operation) in operations(&document()) {
        let needed = operation["security"].as_array().cloned().unwrap_or_default();
        let scopes: Vec<_> = needed.iter().map(|one| one["application_key"][0].as_str()).collect();
        // What this release can do is told to every application.
        let told = path == "/v1/" || scopes.iter().all(Option::is_some);
        assert!(told, "{method} {path} names no scope: .scope(Scope::…)");
        assert_eq!(scopes.is_empty(), !path.starts_with("/v1/"), "{method} {path}");
    }
}
