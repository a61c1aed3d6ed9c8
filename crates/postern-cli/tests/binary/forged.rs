//! An event that was put aside, as whoever watches a service is told of it.

use hyper::Method;
use postern_cluster::Database;
use postern_core::ids::TenantId;
use postern_testkit::Http;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::node::Node;
use crate::watched::awaited;

/// Somebody's event of a subject, with a MAC that nobody made.
const FORGE: &str = "INSERT INTO pending SELECT tenant, 4, decode(repeat('09', 16), 'hex'), 1, 'event'::bytea, 'MAC'::bytea, 0 \
     FROM tenant LIMIT 1";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_event_rings_and_is_in_the_log_once() {
    let (folder, database) = (TempDir::new().unwrap(), Database::new());
    let node = Node::init(&folder.path().join("node"), &database.url());
    node.tolerate();
    database.psql(FORGE);
    let reason = "log-forged";
    // Two starts: the second one knows that it was told of, and rings all the same.
    for _ in 0..2 {
        let served = node.serve();
        let ready = awaited(&served.admin, "/readyz", |text| text.contains(reason)).await;
        assert_eq!(serde_json::from_str::<Value>(&ready).unwrap()["reasons"], json!([reason]));
        let metrics = awaited(&served.admin, "/metrics", |text| text.contains("postern_alarm")).await;
        assert!(metrics.contains("postern_alarm{reason=\"log-forged\"} 1"), "{metrics}");
        let answered =
            Http::connect(&served.authority, "none").await.send(Method::GET, "/v1/", None, "").await;
        assert_ne!(answered.status, 503, "requests are answered");
        assert_eq!(served.stop(), Some(0));
    }
    let (system, log) = (TenantId::SYSTEM.to_string(), folder.path().join("log"));
    node.done(&["audit", "export", "--tenant", &system, log.to_str().unwrap()]);
    let bundles = std::fs::read_dir(log.join("tile/entries/000.p")).unwrap();
    let entries: Vec<u8> =
        bundles.flat_map(|bundle| std::fs::read(bundle.unwrap().path()).unwrap()).collect();
    let entries = String::from_utf8_lossy(&entries);
    assert_eq!(entries.matches("\"type\":\"log.forged\"").count(), 1, "{entries}");

    // Whoever takes it away ends the alarm, not what is said of it.
    database.psql("DELETE FROM quarantine");
    let served = node.serve();
    awaited(&served.admin, "/readyz", |text| !text.contains(reason)).await;
    assert_eq!(served.stop(), Some(0));
}
