//! A node whose clock is not the database's: explained by `doctor`, not served, and nothing is committed.

use postern_cluster::Database;
use postern_testkit::Http;
use serde_json::json;
use tempfile::TempDir;

use crate::doctor::{danger, named};
use crate::login::Login;
use crate::moved_clock::MovedClock;
use crate::node::{Node, complained};

/// Everything about records and their events. Sums and leases change by themselves.
fn records(database: &Database) -> String {
    let tables = ["tenant", "application", "subject", "bucket", "part", "claim", "keyring"];
    let rows = tables.map(|table| database.psql(&format!("SELECT * FROM {table} AS it ORDER BY it::text")));
    // Numbered or waiting for it: an event moves from the one table to the other meanwhile.
    let events = "SELECT tenant, kind, object, version FROM event \
                  UNION ALL SELECT tenant, kind, object, version FROM pending ORDER BY 1, 2, 3, 4";
    rows.concat() + &database.psql(events)
}

#[test]
fn clocks_that_are_apart_are_explained_and_from_five_seconds_on_not_served() {
    let (folder, database) = (TempDir::new().unwrap(), Database::new());
    let mut node = Node::init(&folder.path().join("node"), &database.url());
    node.tolerate();
    let clock = MovedClock::new(folder.path().join("clock"));
    node.under(&clock);
    let skew = |severity: &str| ("clock-skew".to_owned(), severity.to_owned());
    for (seconds, code, severity) in
        [(0, 0, None), (3, 0, Some("advice")), (-3, 0, Some("advice")), (7, 1, Some("danger"))]
    {
        clock.stands(seconds);
        let found = node.command(&["doctor"]);
        let about = named(&found).into_iter().find(|(name, _)| name == "clock-skew");
        assert_eq!((found.status.code(), about), (Some(code), severity.map(skew)), "{seconds} s");
    }
    for seconds in [7, -7] {
        clock.stands(seconds);
        assert!(named(&node.command(&["doctor"])).contains(&danger("clock-skew")));
        let refused = node.command(&["serve"]);
        assert_eq!(refused.status.code(), Some(1));
        assert!(complained(&refused).contains("clock-skew: "), "{}", complained(&refused));
    }
    clock.stands(0);
    assert_eq!(node.serve().stop(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_whose_clock_runs_away_commits_nothing_until_it_is_right_again() {
    let (folder, database) = (TempDir::new().unwrap(), Database::new());
    let mut node = Node::init(&folder.path().join("node"), &database.url());
    node.tolerate();
    let clock = MovedClock::new(folder.path().join("clock"));
    node.under(&clock);
    let login = Login::on(&node);
    let served = node.serve();
    let mut http = Http::connect(&served.authority, &login.key).await;
    let codes = login.issue(&mut http, "anna").await;

    clock.stands(7);
    let before = records(&database);
    let redemption = login.redemption("anna", &codes[1]);
    let refused = http.post("/v1/redemptions", &redemption, "once").await;
    let problem = refused.json()["type"].clone();
    assert_eq!((refused.status, problem), (503, json!("urn:postern:problem:unavailable")));
    let create = http.post("/v1/subjects", &json!({ "external_id": "bert" }), "create").await;
    assert_eq!(create.status, 503, "{}", create.json());
    assert_eq!(records(&database), before);
    assert!(node.log().contains("clock and the database's differ by"), "the log does not say why");

    // The same request under the same key: nothing is left of the refusal.
    clock.stands(3);
    let spent = http.post("/v1/redemptions", &redemption, "once").await;
    assert_eq!((spent.status, spent.json()["slot"].clone()), (201, json!(2)), "{}", spent.json());
    assert_ne!(records(&database), before);
    clock.stands(0);
    let again = http.post("/v1/redemptions", &login.redemption("anna", &codes[1]), "again").await;
    assert_eq!(again.status, 422);
    assert_eq!(served.stop(), Some(0));
    assert_eq!(node.done(&["audit", "verify", "--replay"])["verified"], json!(true));
}
