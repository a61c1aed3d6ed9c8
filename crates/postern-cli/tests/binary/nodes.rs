//! Two nodes on one PostgreSQL database: one installation.

use postern_cluster::Database;
use postern_testkit::installed::now;
use postern_testkit::{Http, TestProver};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::node::Node;

const SCOPES: &str = "redeem,sets:stage,subjects:read,subjects:write";

/// A tenant, its application's key, and its prover.
fn furnish(node: &Node) -> (String, TestProver) {
    let tenant = node.done(&["tenant", "create", "acme"])["tenant"].as_str().unwrap().to_owned();
    let create = ["application", "create", "login", "--tenant", &tenant, "--scopes", SCOPES];
    let made = node.done(&[create.as_slice(), &["--enforces", "enrol"]].concat());
    (made["key"].as_str().unwrap().to_owned(), node.prover(&tenant))
}

fn redemption(prover: &TestProver, code: &str) -> Value {
    let mut body = json!({
        "subject": { "external_id": "anna" }, "purpose": "second_factor", "txn": "login-0123456789",
        "first_factor": {},
    });
    body["first_factor"]["assertion"] = prover.assertion("redeem", "anna", &body, now()).into();
    body["code"] = code.into();
    body
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_one_node_spent_is_spent_on_the_other() {
    let (folder, database) = (TempDir::new().unwrap(), Database::new());
    let one = Node::init(&folder.path().join("one"), &database.url());
    one.tolerate();
    assert_eq!(one.done(&["migrate"]), json!({ "applied": [] }));
    let (key, prover) = furnish(&one);
    let two = one.beside(&folder.path().join("two"));
    let (first, second) = (one.serve(), two.serve());
    let mut http = Http::connect(&first.authority, &key).await;
    let mut other = Http::connect(&second.authority, &key).await;

    let anna = json!({ "external_id": "anna" });
    assert_eq!(http.post("/v1/subjects", &anna, "create").await.status, 201);
    let mut body = json!({ "subject": anna });
    body["assertion"] = prover.assertion("stage", "anna", &body, now()).into();
    let staged = other.post("/v1/code-sets", &body, "stage").await;
    assert_eq!(staged.status, 201, "{}", staged.json());
    let staged = staged.json();
    let code = |number: usize| staged["codes"][number]["code"].as_str().unwrap().to_owned();
    let path = format!("/v1/code-sets/{}/confirm", staged["set"].as_str().unwrap());
    let confirmed = http.post(&path, &json!({ "code": code(0) }), "confirm").await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.json());

    let spent = http.post("/v1/redemptions", &redemption(&prover, &code(1)), "first").await;
    assert_eq!((spent.status, spent.json()["slot"].clone()), (201, json!(2)), "{}", spent.json());
    let again = other.post("/v1/redemptions", &redemption(&prover, &code(1)), "again").await;
    assert_eq!(again.status, 422, "{}", again.json());
    let next = other.post("/v1/redemptions", &redemption(&prover, &code(2)), "next").await;
    assert_eq!((next.status, next.json()["slot"].clone()), (201, json!(3)), "{}", next.json());

    assert_eq!((first.stop(), second.stop()), (Some(0), Some(0)));
    // What was answered has its place in the log when the last node has stopped.
    assert_eq!(database.psql("SELECT count(*) FROM pending"), "0\n");
    for node in [&one, &two] {
        assert_eq!(node.done(&["audit", "verify", "--replay"])["verified"], json!(true));
    }
}
