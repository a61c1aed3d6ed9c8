//! What is under a service: explained by `doctor`, refused by `serve`, brought up to date by `migrate`.

use std::process::Output;

use postern_cluster::Database;
use postern_testkit::installed::Installed;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::POSTERN;
use crate::node::{Node, complained, init};

/// Names and severities of what is not as it should be.
pub(crate) fn named(output: &Output) -> Vec<(String, String)> {
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = said["findings"].as_array().unwrap().clone();
    let text = |finding: &Value, member: &str| finding[member].as_str().unwrap().to_owned();
    assert!(findings.iter().all(|it| !text(it, "means").is_empty() && !text(it, "do").is_empty()));
    let named = findings.iter().map(|it| (text(it, "name"), text(it, "severity")));
    named.filter(|(_, severity)| severity != "ok").collect()
}

/// The same without what every installation of these tests is told: that its applications show no certificate.
pub(crate) fn named_of_its_own(output: &Output) -> Vec<(String, String)> {
    named(output).into_iter().filter(|(name, _)| name != "bearer-alone").collect()
}

pub(crate) fn danger(name: &str) -> (String, String) {
    (name.to_owned(), "danger".to_owned())
}

#[test]
fn a_database_that_could_forget_is_named_and_not_served_unless_the_configuration_says_so() {
    let (folder, database) = (TempDir::new().unwrap(), Database::new());
    let node = Node::init(&folder.path().join("node"), &database.url());
    let found = node.command(&["doctor"]);
    assert_eq!(found.status.code(), Some(1));
    assert!(named(&found).contains(&danger("fsync-off")), "{:?}", named(&found));
    let refused = node.command(&["serve"]);
    assert_eq!(refused.status.code(), Some(1));
    let told = complained(&refused);
    assert!(told.contains("\"fsync-off\" into store.tolerate"), "{told}");

    node.tolerate();
    assert_eq!(node.command(&["doctor"]).status.code(), Some(0));
    let served = node.serve();
    assert_eq!(node.done(&["tenant", "list"])["items"], json!([]));
    assert_eq!(served.stop(), Some(0));
}

#[test]
fn a_database_that_is_behind_is_not_served_until_it_is_migrated() {
    let (folder, database, empty) = (TempDir::new().unwrap(), Database::new(), Database::new());
    let node = Node::init(&folder.path().join("node"), &database.url());
    node.tolerate();
    node.change(database.name(), empty.name());
    for command in ["serve", "doctor"] {
        assert_eq!(node.command(&[command]).status.code(), Some(1));
    }
    for command in [["serve"].as_slice(), &["tenant", "list"]] {
        let told = complained(&node.command(command));
        assert!(told.contains("postern migrate"), "{told}");
    }
    assert!(named(&node.command(&["doctor"])).contains(&danger("migrations-missing")));
    let shown = node.on_a_terminal("migrate");
    assert!(shown.contains("0001 records") && shown.contains("migrating"), "{shown}");
    let how_far = shown.rsplit_once(" 100% ").and_then(|(_, rest)| rest.split_whitespace().next());
    let (done, all) = how_far.and_then(|far| far.split_once('/')).expect(&shown);
    assert!(done == all && all != "0", "{shown}");
    assert_eq!(node.done(&["migrate"]), json!({ "applied": [] }));
}

#[test]
fn init_takes_an_empty_database_on_this_machine_and_leaves_nothing_when_it_refuses() {
    let (folder, database, foreign) = (TempDir::new().unwrap(), Database::new(), Database::new());
    let _node = Node::init(&folder.path().join("node"), &database.url());
    foreign.psql("CREATE TABLE customer (name text)");
    let far = "host=db.example dbname=postern".to_owned();
    let gone = format!("{}x", database.url());
    for (url, code, told) in [
        (database.url(), 1, "an installation already"),
        (foreign.url(), 1, "tables of something else"),
        (gone, 1, "the database did not take a connection"),
        (far, 2, "store.postgres_authority"),
    ] {
        let refused = init(&folder.path().join("again"), &url);
        assert_eq!(refused.status.code(), Some(code), "{url}");
        assert!(complained(&refused).contains(told), "{}", complained(&refused));
        assert!(!folder.path().join("again").exists());
    }
}

#[test]
fn a_data_folder_has_findings_of_its_own() {
    let installed = Installed::new(POSTERN);
    let bearer = ("bearer-alone".to_owned(), "advice".to_owned());
    let sound = installed.command(&["doctor", "--json"], "");
    assert_eq!((sound.status.code(), named(&sound)), (Some(0), vec![bearer.clone()]));
    assert!(installed.command(&["migrate"], "").status.success());

    let mode = std::os::unix::fs::PermissionsExt::from_mode;
    std::fs::set_permissions(installed.data(), mode(0o755)).unwrap();
    let open = installed.command(&["doctor", "--json"], "");
    let expected = vec![bearer.clone(), ("data-folder-open".to_owned(), "advice".to_owned())];
    assert_eq!((open.status.code(), named(&open)), (Some(0), expected));
    std::fs::set_permissions(installed.data(), mode(0o700)).unwrap();

    std::fs::rename(installed.home().join("anchor"), installed.home().join("elsewhere")).unwrap();
    let without = named(&installed.command(&["doctor", "--json"], ""));
    assert_eq!(without, [danger("anchor-file"), bearer.clone()]);
    std::fs::rename(installed.home().join("elsewhere"), installed.home().join("anchor")).unwrap();
    let other = Installed::new(POSTERN);
    std::fs::copy(other.home().join("keys"), installed.home().join("keys")).unwrap();
    assert_eq!(named(&installed.command(&["doctor", "--json"], "")), [bearer, danger("keys-foreign")]);
}
