//! A cluster is there, holds databases apart, and leaves nothing.
#![cfg(test)]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use postern_cluster::{Cluster, Database};

/// Whether a process was started with this folder among its arguments.
fn somebody_uses(folder: &Path) -> bool {
    let folder = folder.to_str().unwrap();
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let mut lines = processes.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    lines.any(|line| String::from_utf8_lossy(&line).contains(folder))
}

fn ask(url: &str, sql: &str) -> String {
    let output = Command::new("psql").args(["-XAtq", "-d", url, "-c", sql]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn two_databases_are_apart_and_outlive_the_thread_that_made_them() {
    let one = thread::spawn(Database::new).join().unwrap();
    let other = Database::new();
    one.psql("CREATE TABLE letters (letter text); INSERT INTO letters VALUES ('ä')");
    assert_eq!(one.psql("SELECT letter, length(letter) FROM letters"), "ä|1\n");
    assert_eq!(other.psql("SELECT to_regclass('letters') IS NULL"), "t\n");
    assert_ne!(one.name(), other.name());
    drop(one);
    assert_eq!(ask(&other.url(), "SELECT current_database()").trim(), other.name());
}

#[test]
fn a_cluster_takes_settings_survives_a_restart_and_leaves_nothing() {
    let mut cluster = Cluster::start(&[("max_connections", "7")]);
    let folder = cluster.socket_folder().to_owned();
    let database = cluster.database();
    database.psql("CREATE TABLE kept AS SELECT 1 AS one");
    cluster.restart();
    assert_eq!(database.psql("SELECT one, current_setting('max_connections') FROM kept"), "1|7\n");
    assert!(somebody_uses(&folder));
    drop(database);
    drop(cluster);
    assert!(!somebody_uses(&folder));
    assert!(!folder.exists());
}

#[test]
fn a_bouncer_passes_on_what_it_is_asked() {
    let database = Database::new();
    let bouncer = database.pgbouncer();
    assert_eq!(
        ask(&bouncer.url(&database), "SELECT 1, current_database()").trim(),
        format!("1|{}", database.name())
    );
}
