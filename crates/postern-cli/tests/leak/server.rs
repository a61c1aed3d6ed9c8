//! The campaign's tests: on a data folder, and on a database whose server logs every statement.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use postern_cluster::{Cluster, Database, program};
use postern_testkit::installed::Installed;
use postern_testkit::leaks::Secrets;

use crate::POSTERN;
use crate::commands::Commands;
use crate::memory::{dumps_nothing, found_in, seen_by_others};
use crate::scenario::{Scenario, keys};
use crate::sinks::{Sink, assert_clean, files};

/// The one file that has keys.
const KEY_FILE: &str = "keys";

/// Everything, from the first command to the last. What is found in memory is given.
async fn whole_life(installed: &Installed) -> (Secrets, Vec<Sink>, Option<Vec<String>>) {
    installed.log("trace");
    ship(installed);
    let serving = installed.serve();
    let mut scenario = Scenario::begin(installed, &serving).await;
    let more = Commands::new(&mut scenario).before();
    scenario.run().await;
    scenario.special(&serving, &more).await;
    Commands::new(&mut scenario).typed(&serving).await;
    Commands::new(&mut scenario).beside_a_service();
    scenario.leave().await;
    scenario.admin(&serving).await;
    assert!(dumps_nothing(serving.id()), "the kernel would write a core dump");
    let others = seen_by_others(serving.id());
    scenario.hang_up(&serving).await;
    let remembered = left_in(serving.id(), &scenario.secrets).await;
    scenario.sinks.extend(others);
    assert_eq!(serving.stop(), Some(0));
    Commands::new(&mut scenario).after();
    scenario.secrets.keys.extend(keys(installed));
    let Scenario { secrets, sinks, .. } = scenario;
    assert!(fs::metadata(installed.home().join("log")).unwrap().len() > 10_000, "the log says nothing");
    (secrets, sinks, remembered)
}

/// Events are shipped to a folder beside.
fn ship(installed: &Installed) {
    let place = installed.folder.path().join("shipped");
    fs::create_dir(&place).unwrap();
    let text = fs::read_to_string(installed.config()).unwrap();
    let folder = format!("folder = {:?}\n", place.to_str().unwrap());
    let text = text.replace("# folder = \"/mnt/other/postern\"\n", &folder);
    assert!(text.contains(&folder));
    fs::write(installed.config(), text).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_anywhere_but_where_it_belongs() {
    let installed = Installed::new(POSTERN);
    let (secrets, mut sinks, remembered) = whole_life(&installed).await;
    assert!(secrets.codes.len() > 60 && secrets.tokens.len() > 60, "{} codes", secrets.codes.len());
    sinks.extend(files(installed.folder.path(), &[KEY_FILE]));
    for part in [
        "postern.db",
        "backup/",
        "shipped/",
        "anchor",
        "/log",
        "restored/",
        "export/",
        "proof",
        "sealed-copy",
    ] {
        assert!(
            sinks.iter().any(|sink| sink.name.contains(part) && !sink.bytes.is_empty()),
            "nothing of {part}"
        );
    }
    assert_clean(&secrets, &sinks);
    let Some(remembered) = remembered else {
        println!("this user may not read the memory of a process: it was not searched");
        return;
    };
    println!("in memory after the requests: {remembered:?}");
    assert!(remembered.iter().any(|name| is_key(name, &secrets)), "a search that finds no key finds nothing");
    let stayed: Vec<_> = remembered.iter().filter(|name| !is_key(name, &secrets)).collect();
    assert_eq!(stayed, [""; 0], "in memory, of {} codes and every token", secrets.codes.len());
}

/// Whether it is a key of the key file, which the service has to have.
fn is_key(name: &str, secrets: &Secrets) -> bool {
    secrets.keys.iter().any(|(key, _)| key == name)
}

/// What is left in memory when the last connection is closed, which takes the service a moment.
async fn left_in(id: u32, secrets: &Secrets) -> Option<Vec<String>> {
    let search = secrets.search();
    let mut left = found_in(id, &search);
    for _ in 0..20 {
        if left.iter().flatten().all(|name| is_key(name, secrets)) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        left = found_in(id, &search);
    }
    left
}

/// A cluster that logs every statement with its parameters.
fn talkative() -> (Cluster, bool) {
    let counts =
        program("postgres").parent().and_then(|bin| bin.parent()).unwrap().join("lib/pg_stat_statements.so");
    let mut settings = vec![
        ("log_statement", "all"),
        ("log_min_duration_statement", "0"),
        ("log_error_verbosity", "verbose"),
        ("log_parameter_max_length_on_error", "-1"),
        ("fsync", "on"),
    ];
    if counts.exists() {
        settings.push(("shared_preload_libraries", "pg_stat_statements"));
    }
    (Cluster::start(&settings), counts.exists())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_in_a_database_server_that_logs_every_statement() {
    let (cluster, counts) = talkative();
    let database = cluster.database();
    if counts {
        database.psql("CREATE SCHEMA seen; CREATE EXTENSION pg_stat_statements SCHEMA seen");
    }
    let installed = Installed::made_with(POSTERN, &["--postgres", &database.url()], &[]);
    let (stop, active) = (Stop(Arc::new(AtomicBool::new(false))), database.url());
    let ended = Arc::clone(&stop.0);
    let watching = tokio::task::spawn_blocking(move || watch(&active, &ended));
    let (secrets, mut sinks, _) = whole_life(&installed).await;
    drop(stop);
    sinks.push(Sink::new("pg_stat_activity", watching.await.unwrap()));
    if counts {
        sinks.push(Sink::new(
            "pg_stat_statements",
            database.psql("SELECT query FROM seen.pg_stat_statements"),
        ));
    }
    sinks.extend(files(installed.folder.path(), &[KEY_FILE]));
    sinks.extend(server_files(&cluster, &database));
    assert_clean(&secrets, &sinks);
}

/// Ends the watch when it is dropped, also by a failure.
struct Stop(Arc<AtomicBool>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// What runs at one moment after another.
fn watch(url: &str, stop: &AtomicBool) -> Vec<u8> {
    let mut seen = Vec::new();
    while !stop.load(Ordering::SeqCst) {
        let asked = std::process::Command::new(program("psql"))
            .args(["-XAtq", "-d", url, "-c", "SELECT query FROM pg_stat_activity"])
            .output();
        seen.extend(asked.unwrap().stdout);
    }
    seen
}

/// The server's log, its tables and its write-ahead log.
fn server_files(cluster: &Cluster, database: &Database) -> Vec<Sink> {
    database.psql("CHECKPOINT");
    let folder: PathBuf = cluster.socket_folder().to_owned();
    let log = fs::read(folder.join("log")).unwrap();
    let text = String::from_utf8_lossy(&log);
    assert!(
        text.contains("put_pending") && text.contains("parameters: $1"),
        "the server's log says too little"
    );
    files(&folder, &[])
}
