//! Two nodes on one PostgreSQL database: one installation.

use postern_cluster::Database;
use postern_testkit::Http;
use postern_testkit::installed::Serving;
use serde_json::json;
use tempfile::TempDir;

use crate::login::Login;
use crate::node::Node;

/// What was answered has its place in the log when the last node has stopped, and is as it was written.
fn is_whole(database: &Database, nodes: [&Node; 2]) {
    assert_eq!(database.psql("SELECT count(*) FROM pending"), "0\n");
    for node in nodes {
        assert_eq!(node.done(&["audit", "verify", "--replay"])["verified"], json!(true));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_one_node_spent_is_spent_on_the_other() {
    let (folder, database) = (TempDir::new().unwrap(), Database::new());
    let one = Node::init(&folder.path().join("one"), &database.url());
    one.tolerate();
    assert_eq!(one.done(&["migrate"]), json!({ "applied": [] }));
    let login = Login::on(&one);
    let two = one.beside(&folder.path().join("two"));
    let (first, second) = (one.serve(), two.serve());
    let mut http = Http::connect(&first.authority, &login.key).await;
    let mut other = Http::connect(&second.authority, &login.key).await;

    login.create(&mut http, "anna").await;
    let staged = login.stage(&mut other, "anna").await;
    staged.confirm(&mut http).await;
    let redemption = |number: usize| login.redemption("anna", &staged.codes[number]);
    let spent = http.post("/v1/redemptions", &redemption(1), "first").await;
    assert_eq!((spent.status, spent.json()["slot"].clone()), (201, json!(2)), "{}", spent.json());
    let again = other.post("/v1/redemptions", &redemption(1), "again").await;
    assert_eq!(again.status, 422, "{}", again.json());
    let next = other.post("/v1/redemptions", &redemption(2), "next").await;
    assert_eq!((next.status, next.json()["slot"].clone()), (201, json!(3)), "{}", next.json());

    assert_eq!((first.stop(), second.stop()), (Some(0), Some(0)));
    is_whole(&database, [&one, &two]);
}

/// Subjects whose codes are offered to both nodes at once, and codes of each.
const RACES: (usize, usize) = (5, 4);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_is_offered_to_both_nodes_at_once_is_accepted_once() {
    let (folder, database) = (TempDir::new().unwrap(), Database::new());
    let bouncer = database.pgbouncer();
    let one = Node::init(&folder.path().join("one"), &bouncer.url(&database));
    one.tolerate();
    let login = Login::on(&one);
    let two = one.beside(&folder.path().join("two"));
    let served = [one.serve(), two.serve()];

    for subject in (0..RACES.0).map(|number| format!("subject-{number}")) {
        let mut http = Http::connect(&served[0].authority, &login.key).await;
        let codes = login.issue(&mut http, &subject).await;
        for code in &codes[..RACES.1] {
            let [one, two] = offer_to_both(&served, &login, &subject, code).await;
            assert_eq!([one.min(two), one.max(two)], [201, 422], "{subject}");
        }
    }

    assert_eq!(served.map(Serving::stop), [Some(0), Some(0)]);
    is_whole(&database, [&one, &two]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_node_is_asked_for_a_version_of_the_pepper_before_every_node_has_it() {
    let (folder, database) = (TempDir::new().unwrap(), Database::new());
    let one = Node::init(&folder.path().join("one"), &database.url());
    one.tolerate();
    let login = Login::on(&one);
    let two = one.beside(&folder.path().join("two"));
    let (first, second) = (one.serve(), two.serve());
    let mut http = Http::connect(&first.authority, &login.key).await;
    let mut other = Http::connect(&second.authority, &login.key).await;

    let made = one.done(&["key", "rotate"]);
    assert_eq!(made, json!({ "label": "pepper", "version": 2, "in_force": false }));
    let old = login.issue(&mut http, "anna").await;
    assert_eq!(versions(&one), json!([[2, false, 0], [1, true, 1]]));
    let redeemed = other.post("/v1/redemptions", &login.redemption("anna", &old[0]), "old").await;
    assert_eq!(redeemed.status, 201, "{}", redeemed.json());

    std::fs::copy(one.at.join("keys"), two.at.join("keys")).unwrap();
    assert_eq!(one.done(&["key", "rotate"])["in_force"], json!(true));
    // Either node makes sets under the new version, and the other one knows their codes without being told.
    for (name, here, there) in [("bert", 0, 1), ("cleo", 1, 0)] {
        let clients = [&mut http, &mut other];
        let [here, there] = if here < there {
            clients
        } else {
            let [one, two] = clients;
            [two, one]
        };
        let codes = login.issue(here, name).await;
        let redeemed = there.post("/v1/redemptions", &login.redemption(name, &codes[0]), name).await;
        assert_eq!(redeemed.status, 201, "{}", redeemed.json());
    }
    assert_eq!(versions(&two), json!([[2, true, 2], [1, false, 1]]));
    let late = other.post("/v1/redemptions", &login.redemption("anna", &old[1]), "late").await;
    assert_eq!(late.status, 201, "{}", late.json());
    assert_eq!((first.stop(), second.stop()), (Some(0), Some(0)));
    is_whole(&database, [&one, &two]);
}

/// What `key list` says: version, whether it is in force, how many sets need it.
fn versions(node: &Node) -> serde_json::Value {
    let listed = node.done(&["key", "list"]);
    let items = listed["items"].as_array().unwrap().iter();
    items.map(|item| json!([item["version"], item["in_force"], item["sets"]])).collect()
}

/// The statuses of two redemptions that begin together.
async fn offer_to_both(served: &[Serving; 2], login: &Login, subject: &str, code: &str) -> [u16; 2] {
    let mut one = Http::connect(&served[0].authority, &login.key).await;
    let mut two = Http::connect(&served[1].authority, &login.key).await;
    let (first, second) = (login.redemption(subject, code), login.redemption(subject, code));
    let keys = [1, 2].map(|node| format!("node-{node}-{code}"));
    let (one, two) = tokio::join!(
        one.post("/v1/redemptions", &first, &keys[0]),
        two.post("/v1/redemptions", &second, &keys[1]),
    );
    [one.status, two.status]
}
