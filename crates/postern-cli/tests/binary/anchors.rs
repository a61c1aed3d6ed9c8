//! A node's anchor against its database: where they part, `doctor` says so and the node answers nothing.

use std::fs;

use hyper::Method;
use postern_cluster::Database;
use postern_testkit::Http;
use serde_json::json;
use tempfile::TempDir;

use crate::doctor::{danger, named};
use crate::login::Login;
use crate::node::{Node, complained};

/// Makes one database a copy of another, which nobody may be connected to.
fn copy(from: &Database, to: &Database) {
    from.psql(&format!("DROP DATABASE {}", to.name()));
    from.psql(&format!("CREATE DATABASE {} TEMPLATE {}", to.name(), from.name()));
}

/// A login service, and codes that work; the node has stopped again.
async fn furnish(node: &Node) -> (Login, Vec<String>) {
    node.tolerate();
    let login = Login::on(node);
    let served = node.serve();
    let mut http = Http::connect(&served.authority, &login.key).await;
    let codes = login.issue(&mut http, "anna").await;
    assert_eq!(served.stop(), Some(0));
    (login, codes)
}

/// Doctor and commands refuse; a service stays up, says why, and redeems nothing.
async fn is_not_served(node: &Node, login: &Login, code: &str, why: &str) {
    let found = node.command(&["doctor"]);
    assert_eq!(found.status.code(), Some(1));
    assert!(named(&found).contains(&danger("anchor-disagrees")), "{:?}", named(&found));
    let told = complained(&node.command(&["tenant", "list"]));
    assert!(told.contains(why), "{told}");

    let served = node.serve();
    let mut http = Http::connect(&served.authority, &login.key).await;
    let refused = http.post("/v1/redemptions", &login.redemption("anna", code), "disagrees").await;
    assert_eq!(refused.status, 503);
    let mut admin = Http::connect(&served.admin, "none").await;
    let ready = admin.send(Method::GET, "/readyz", None, "").await;
    assert_eq!((ready.status, ready.json()["reasons"].clone()), (503, json!(["anchor-disagrees"])));
    assert!(node.log().contains(why), "the log does not say why");
    assert_eq!(served.stop(), Some(0));
}

/// Serves for as long as one code is offered: the status.
async fn redeemed(node: &Node, login: &Login, code: &str, unique: &str) -> u16 {
    let served = node.serve();
    let mut http = Http::connect(&served.authority, &login.key).await;
    let answer = http.post("/v1/redemptions", &login.redemption("anna", code), unique).await;
    assert_eq!(served.stop(), Some(0));
    answer.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_was_set_back_is_noticed_by_the_node_whose_anchor_is_newer() {
    let (folder, database, older) = (TempDir::new().unwrap(), Database::new(), Database::new());
    let node = Node::init(&folder.path().join("node"), &database.url());
    let (login, codes) = furnish(&node).await;
    let away = node.beside(&folder.path().join("away"));
    copy(&database, &older);
    assert_eq!(redeemed(&node, &login, &codes[1], "spend").await, 201);

    node.change(database.name(), older.name());
    is_not_served(&node, &login, &codes[1], "does not continue what its anchor knows").await;
    // A node that was away has an older anchor, which this database continues.
    away.change(database.name(), older.name());
    assert_eq!(away.command(&["doctor"]).status.code(), Some(0));
    assert_eq!(redeemed(&away, &login, &codes[2], "elsewhere").await, 201);
    // As many events as the anchor knows, and others.
    is_not_served(&node, &login, &codes[1], "another history").await;

    node.change(older.name(), database.name());
    assert_eq!(node.command(&["doctor"]).status.code(), Some(0));
    assert_eq!(redeemed(&node, &login, &codes[1], "again").await, 422);
    assert_eq!(redeemed(&node, &login, &codes[2], "next").await, 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_anchor_of_another_installation_is_not_taken_for_this_ones() {
    let (folder, database, other) = (TempDir::new().unwrap(), Database::new(), Database::new());
    let node = Node::init(&folder.path().join("node"), &database.url());
    let foreign = Node::init(&folder.path().join("foreign"), &other.url());
    let (login, codes) = furnish(&node).await;
    furnish(&foreign).await;

    let (anchor, own) = (node.at.join("anchor"), node.at.join("own"));
    fs::rename(&anchor, &own).unwrap();
    fs::copy(foreign.at.join("anchor"), &anchor).unwrap();
    is_not_served(&node, &login, &codes[1], "does not continue what its anchor knows").await;
    fs::rename(&own, &anchor).unwrap();
    assert_eq!(redeemed(&node, &login, &codes[1], "own").await, 201);
}
