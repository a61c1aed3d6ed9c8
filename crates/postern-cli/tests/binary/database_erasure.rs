//! An erased person on PostgreSQL: nothing of them is in a dump of the database, and their key is not in its files.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use hyper::Method;
use postern_cluster::Database;
use postern_testkit::Http;
use serde_json::json;
use tempfile::TempDir;

use crate::login::Login;
use crate::moved_clock::MovedClock;
use crate::node::Node;

const ANNA: &str = "anna.quillfeather@people.example";
const BERT: &str = "bert.marshwiggle@people.example";
const HOUR: i64 = 3600;

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The wrapped keys of everybody, in hexadecimal.
fn wrapped(database: &Database) -> Vec<String> {
    let keys = database.psql("SELECT encode(wrapped, 'hex') FROM keyring ORDER BY 1");
    keys.split_whitespace().map(ToOwned::to_owned).collect()
}

/// Whether the file of the keyring has these bytes: what was deleted stays in it until a vacuum.
fn is_in_file(database: &Database, key: &str) -> bool {
    database.psql("CHECKPOINT");
    let folder = database.psql("SHOW data_directory");
    let file = database.psql("SELECT pg_relation_filepath('keyring')");
    let bytes = fs::read(PathBuf::from(folder.trim()).join(file.trim())).unwrap();
    hexadecimal(&bytes).contains(key)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_an_erased_person_nothing_is_in_the_database() {
    let (folder, database) = (TempDir::new().unwrap(), Database::new());
    let mut node = Node::init(&folder.path().join("node"), &database.url());
    node.tolerate();
    let clock = MovedClock::new(folder.path().join("clock"));
    node.under(&clock);
    let login = Login::on(&node);
    let create = ["application", "create", "privacy", "--tenant", &login.tenant, "--tiers", "standard"];
    let privacy = node.done(&[create.as_slice(), &["--scopes", "subjects:leave,subjects:read"]].concat());
    let privacy = privacy["key"].as_str().unwrap();

    let serving = node.serve();
    let mut http = Http::connect(&serving.authority, &login.key).await;
    login.issue(&mut http, BERT).await;
    let of_bert = wrapped(&database);
    login.issue(&mut http, ANNA).await;
    let of_anna = wrapped(&database).into_iter().find(|key| !of_bert.contains(key)).unwrap();
    let shown = node.done(&["subject", "show", ANNA, "--tenant", &login.tenant]);
    let id = shown["subject"].as_str().unwrap();
    let mut asking = Http::connect(&serving.authority, privacy).await;
    let path = format!("/v1/subjects/{id}/erase");
    assert_eq!(asking.send(Method::POST, &path, None, "erase-anna").await.status, 202);
    assert_eq!(serving.stop(), Some(0));
    assert!(database.dump().contains(&of_anna) && is_in_file(&database, &of_anna));

    clock.stands(25 * HOUR);
    let serving = node.serve();
    let mut asking = Http::connect(&serving.authority, privacy).await;
    for _ in 0..600 {
        if asking.get(&format!("/v1/subjects/{id}")).await.status == 404 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(asking.get(&format!("/v1/subjects/{id}")).await.status, 404);
    assert_eq!(serving.stop(), Some(0));
    let dump = database.dump();
    for secret in [of_anna.clone(), ANNA.to_owned(), hexadecimal(ANNA.as_bytes())] {
        assert!(!dump.contains(&secret), "{secret}");
    }
    assert!(dump.contains(&of_bert[0]), "the other's key is gone too");
    // What the table asks autovacuum for after every deletion.
    let options = database.psql("SELECT reloptions FROM pg_class WHERE relname = 'keyring'");
    assert!(options.contains("autovacuum_vacuum_threshold=0"), "{options}");
    database.psql("VACUUM keyring");
    assert!(!is_in_file(&database, &of_anna), "a vacuum leaves it in the file");
    assert!(is_in_file(&database, &of_bert[0]));
    assert!(!node.log().contains(ANNA));
    let report = node.done(&["audit", "verify", "--replay"]);
    assert_eq!(report["findings"], json!([]), "{report}");
}
