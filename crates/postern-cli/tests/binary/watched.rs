//! What a running service watches: room on its disk, sizes, and steps of its clock.

use hyper::Method;
use postern_cluster::Database;
use postern_core::ids::TenantId;
use postern_testkit::Http;
use postern_testkit::installed::{Installed, Serving};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::POSTERN;
use crate::moved_clock::MovedClock;
use crate::node::Node;

/// Asks for a page of the admin listener until it has what is waited for.
pub(crate) async fn awaited(admin: &str, path: &str, has: impl Fn(&str) -> bool) -> String {
    // A connection has an end after so many requests.
    for _ in 0..200 {
        let mut http = Http::connect(admin, "none").await;
        for _ in 0..1_000 {
            let page = http.send(Method::GET, path, None, "").await;
            let text = String::from_utf8(page.bytes).unwrap();
            if has(&text) {
                return text;
            }
        }
    }
    panic!("{path} never had it");
}

fn number(metrics: &str, name: &str) -> Option<u64> {
    let line = metrics.lines().find(|line| line.starts_with(&format!("{name} ")))?;
    line.split(' ').nth(1)?.parse().ok()
}

/// Serves with the threshold at so many times what is free.
fn with_room(installed: &Installed, times: u64) -> Serving {
    let disk = rustix::fs::statvfs(installed.data()).unwrap();
    let free = disk.f_bavail * disk.f_frsize / 1024 / 1024;
    let text = std::fs::read_to_string(installed.config()).unwrap();
    let lines = text.lines().map(|line| match line.strip_prefix("disk_low_mib") {
        Some(_) => format!("disk_low_mib = {}", free * times),
        None => line.to_owned(),
    });
    std::fs::write(installed.config(), lines.collect::<Vec<_>>().join("\n")).unwrap();
    installed.serve()
}

async fn created(serving: &Serving, installed: &Installed, name: &str) -> u16 {
    let mut http = Http::connect(&serving.authority, &installed.key).await;
    http.post("/v1/subjects", &json!({ "external_id": name }), name).await.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn little_room_rings_and_almost_none_stops() {
    let installed = Installed::new(POSTERN);
    let serving = with_room(&installed, 2);
    let ready = awaited(&serving.admin, "/readyz", |text| text.contains("disk")).await;
    assert_eq!(serde_json::from_str::<Value>(&ready).unwrap()["reasons"], json!(["disk-low"]));
    assert_eq!(created(&serving, &installed, "anna").await, 201);
    let metrics = awaited(&serving.admin, "/metrics", |text| text.contains("postern_alarm")).await;
    assert!(metrics.contains("postern_alarm{reason=\"disk-low\"} 1"), "{metrics}");
    assert_eq!(serving.stop(), Some(0));

    let serving = with_room(&installed, 64);
    awaited(&serving.admin, "/readyz", |text| text.contains("disk-full")).await;
    assert_eq!(created(&serving, &installed, "bert").await, 503);
    assert_eq!(serving.stop(), Some(0));

    let serving = with_room(&installed, 0);
    let metrics = awaited(&serving.admin, "/metrics", |text| text.contains("part=\"database\"")).await;
    assert!(!metrics.contains("reason=\"disk"), "{metrics}");
    assert_eq!(created(&serving, &installed, "bert").await, 201);
    assert_eq!(serving.stop(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sizes_are_those_of_the_folder() {
    let installed = Installed::new(POSTERN);
    let serving = installed.serve();
    let metrics = awaited(&serving.admin, "/metrics", |text| text.contains("part=\"database\"")).await;
    let file = std::fs::metadata(installed.data().join("postern.db")).unwrap().len();
    let told = number(&metrics, "postern_data_bytes{part=\"database\"}").unwrap();
    assert!(told >= file && told.is_multiple_of(4096), "{told} {file}");
    // log.opened, key.created for the pepper and for `security`, tenant.created twice, application.created, its key,
    // prover.changed.
    assert_eq!(number(&metrics, "postern_log_events"), Some(8), "{metrics}");
    assert!(number(&metrics, "postern_disk_free_bytes").unwrap() > 0);
    assert_eq!(serving.stop(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sizes_are_those_of_the_database() {
    let (folder, database) = (TempDir::new().unwrap(), Database::new());
    let node = Node::init(&folder.path().join("node"), &database.url());
    node.tolerate();
    let served = node.serve();
    let has_sizes = |text: &str| text.contains("part=\"database\"");
    let metrics = awaited(&served.admin, "/metrics", has_sizes).await;
    let told = number(&metrics, "postern_data_bytes{part=\"database\"}").unwrap();
    assert!(told > 1_000_000, "{metrics}");
    // An event gets its place in the log only after the data were compared with the anchor: the next start counts it.
    assert_eq!(served.stop(), Some(0));
    let served = node.serve();
    let metrics = awaited(&served.admin, "/metrics", has_sizes).await;
    assert!(number(&metrics, "postern_log_events").unwrap() > 0, "{metrics}");
    assert_eq!(served.stop(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_of_the_clock_is_an_event_and_five_seconds_are_none() {
    let folder = TempDir::new().unwrap();
    let clock = MovedClock::new(folder.path().join("clock"));
    let environment = clock.environment();
    let environment: Vec<_> =
        environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let installed = Installed::made_with(POSTERN, &[], &environment);
    let serving = installed.serve();
    let apart = |text: &str, seconds: f64| {
        let line = text.lines().find_map(|line| line.strip_prefix("postern_clock_difference_seconds "));
        line.and_then(|told| told.parse::<f64>().ok()).is_some_and(|told| (told - seconds).abs() < 1.0)
    };
    awaited(&serving.admin, "/metrics", |text| apart(text, 0.0)).await;
    clock.stands(4);
    let metrics = awaited(&serving.admin, "/metrics", |text| apart(text, 4.0)).await;
    assert_eq!(number(&metrics, "postern_clock_steps_total"), Some(0), "{metrics}");
    clock.stands(64);
    awaited(&serving.admin, "/metrics", |text| number(text, "postern_clock_steps_total") == Some(1)).await;
    assert_eq!(serving.stop(), Some(0));

    let (system, log) = (TenantId::SYSTEM.to_string(), folder.path().join("log"));
    let export = ["audit", "export", "--tenant", &system, log.to_str().unwrap(), "--json"];
    let done = installed.command(&export, "");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let entries = String::from_utf8_lossy(&std::fs::read(entries(&log)).unwrap()).into_owned();
    let by = entries.split("\"fact\":{\"by\":").nth(1).and_then(|rest| rest.split('}').next());
    let by: i64 = by.unwrap().parse().unwrap();
    assert!((59_000..=61_000).contains(&by), "{by}");
    assert_eq!(entries.matches("\"type\":\"clock.moved\"").count(), 1, "{entries}");
    let verified = installed.command(&["audit", "verify", "--replay", "--json"], "");
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
}

/// The one bundle of a short log.
fn entries(log: &std::path::Path) -> std::path::PathBuf {
    let bundles = std::fs::read_dir(log.join("tile/entries/000.p")).unwrap();
    bundles.map(|entry| entry.unwrap().path()).next().unwrap()
}
