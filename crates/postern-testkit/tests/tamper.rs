//! Writing behind the product's back: one flipped byte in each column of each recorded table is refused when
//! it is loaded or named by the verification. No column is "not noticed".
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests may, and this one writes behind the store's back"
)]

use std::path::Path;

use postern_app::Witnessing;
use postern_codes::Format;
use postern_testkit::{Redeem, StoreKind, World, reopen};
use rusqlite::Connection;
use rusqlite::types::Value;

/// Tables that hold nothing recorded: sums, the runner's own list, and the newest signed checkpoint, which is
/// working state (it can be signed again, and its signature is its own protection), as the hashes over full tiles are
/// (they are made again from the events, and a proof is held against the checkpoint).
const NOT_RECORDED: [&str; 4] = ["checkpoint", "migration", "tally", "tile_hash"];

fn columns(data: &Path) -> Vec<(String, String)> {
    let db = Connection::open(data.join("postern.db")).unwrap();
    let mut tables = db
        .prepare(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
        )
        .unwrap();
    let tables: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let recorded = tables.into_iter().filter(|table| !NOT_RECORDED.contains(&table.as_str()));
    let columns_of = |table: String| {
        let mut info = db.prepare(&format!("SELECT name FROM pragma_table_info('{table}')")).unwrap();
        let names: Vec<String> = info.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        names.into_iter().map(move |name| (table.clone(), name)).collect::<Vec<_>>()
    };
    recorded.flat_map(columns_of).collect()
}

/// Another value of the same type, as close as it can be.
fn flipped(value: Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Integer(number) => Some(Value::Integer(number ^ 1)),
        Value::Real(number) => Some(Value::Real(-number)),
        Value::Text(text) => {
            let mut bytes = text.into_bytes();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            Some(Value::Text(String::from_utf8(bytes).unwrap()))
        }
        Value::Blob(mut bytes) => {
            let middle = bytes.len() / 2;
            *bytes.get_mut(middle)? ^= 1;
            Some(Value::Blob(bytes))
        }
    }
}

/// Flips one value of a column, in a row about a tenant where there is one; whether there was any.
fn flip(data: &Path, table: &str, column: &str) -> bool {
    let db = Connection::open(data.join("postern.db")).unwrap();
    let list: Vec<String> = db
        .prepare(&format!("SELECT name FROM pragma_table_info('{table}') WHERE pk > 0 ORDER BY pk"))
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let key = list.join(", ");
    let found = format!(
        "SELECT {column}, {key} FROM {table} WHERE {column} IS NOT NULL ORDER BY tenant DESC, {key} DESC LIMIT 1"
    );
    let row: Option<Vec<Value>> =
        db.query_row(&found, [], |row| (0..=list.len()).map(|at| row.get(at)).collect()).ok();
    let Some(mut row) = row else { return false };
    let rest = row.split_off(1);
    let Some(value) = row.pop().and_then(flipped) else { return false };
    let places: Vec<String> =
        list.iter().enumerate().map(|(at, name)| format!("{name} = ?{}", at + 2)).collect();
    let update = format!("UPDATE {table} SET {column} = ?1 WHERE {}", places.join(" AND "));
    let values: Vec<Value> = std::iter::once(value).chain(rest).collect();
    assert_eq!(db.execute(&update, rusqlite::params_from_iter(values)).unwrap(), 1);
    true
}

fn copy(from: &Path) -> tempfile::TempDir {
    let to = tempfile::TempDir::new().unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        if entry.path().is_file() {
            std::fs::copy(entry.path(), to.path().join(entry.file_name())).unwrap();
        }
    }
    to
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_byte_in_any_column_is_noticed() {
    let world = World::new(StoreKind::Sqlite).await;
    for name in ["anna", "bert"] {
        world.subject(name).await;
        for _ in 0..2 {
            let sheet = world.issue(name, Format::Standard).await;
            world.redeem(name, &sheet.codes[1], Redeem::default()).await.unwrap();
        }
    }
    let _ = world.redeem("nobody", "6N6NWS9B8BXYXXTK5NXFY9YZ2", Redeem::default()).await;
    add_prover(&world).await;
    let mut behind = Vec::new();
    let nowhere: std::sync::Arc<dyn postern_core::ports::Anchors> = std::sync::Arc::new(Nowhere);
    world.app.anchor(&nowhere, (None, &mut Witnessing::default()), &mut behind).await.unwrap();
    assert!(world.app.verify(None, true).await.unwrap().verified);
    let (folder, keys, clock, _) = world.close();
    let original = folder.path();

    let untouched = copy(original);
    let app = reopen(untouched.path(), &keys, &clock);
    assert!(
        app.verify(None, true).await.unwrap().verified,
        "the copy itself must verify, or the test shows nothing"
    );
    drop(app);

    let all = columns(original);
    assert!(all.len() > 40, "{all:?}");
    let (mut noticed, mut empty) = (0, Vec::new());
    for (table, column) in all {
        let altered = copy(original);
        if !flip(altered.path(), &table, &column) {
            empty.push(format!("{table}.{column}"));
            continue;
        }
        let app = reopen(altered.path(), &keys, &clock);
        let report = app.verify(None, true).await;
        let seen = report.as_ref().map_or(true, |report| !report.verified);
        assert!(seen, "{table}.{column} was altered and not noticed");
        noticed += 1;
    }
    // Columns that hold nothing in this scenario: no time alone changes these records.
    let expected = ["application.due", "bucket.due", "prover.due", "tenant.due"];
    assert!(
        // Nothing is thinned here: `tests/retention` alters what is kept of that.
        empty.iter().all(|name| expected.contains(&name.as_str())
            || name.starts_with("claim.until")
            || name.starts_with("kept_event.")),
        "{empty:?}"
    );
    assert!(noticed > 40);
}

async fn add_prover(world: &World) {
    let key = postern_outside::assertion::make::key(&[7; 32]).unwrap();
    let command = postern_app::operator::Command::ProverAdd {
        tenant: world.tenant,
        name: "idp".to_owned(),
        issuer: "https://idp.test".to_owned(),
        key,
        most: postern_core::assurance::Level::Aal2,
    };
    world.app.operate("test", command).await.unwrap();
}

/// An anchor that keeps nothing: this test is about the database alone.
struct Nowhere;

impl postern_core::ports::Anchors for Nowhere {
    fn keep(
        &self,
        _logs: Vec<(String, postern_log::Frontier)>,
    ) -> Result<(), postern_core::ports::AnchorFault> {
        Ok(())
    }
}

/// Remembers whose logs it was given.
#[derive(Default)]
struct Named(std::sync::Mutex<Vec<String>>);

impl postern_core::ports::Anchors for Named {
    fn keep(
        &self,
        logs: Vec<(String, postern_log::Frontier)>,
    ) -> Result<(), postern_core::ports::AnchorFault> {
        self.0.lock().unwrap().extend(logs.into_iter().map(|(log, _)| log));
        Ok(())
    }
}

/// A log whose head was altered is not anchored, and is tried again; every other one is anchored.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_altered_log_keeps_no_other_one_out_of_the_anchor() {
    let world = World::new(StoreKind::Sqlite).await;
    let data = world.data();
    let all = world.app.all_logs().await.unwrap();
    // The first one in order, so that others come after it.
    let altered = *all.iter().min().unwrap();
    let db = Connection::open(data.join("postern.db")).unwrap();
    let alter = "UPDATE log_head SET seal = zeroblob(32) WHERE tenant = ?1";
    assert_eq!(db.execute(alter, [altered.bytes()]).unwrap(), 1);
    let named = std::sync::Arc::new(Named::default());
    let anchors: std::sync::Arc<dyn postern_core::ports::Anchors> = std::sync::Arc::<Named>::clone(&named);
    let mut behind = all.clone();
    world.app.anchor(&anchors, (None, &mut Witnessing::default()), &mut behind).await.unwrap_err();
    let mut expected: Vec<String> =
        all.iter().filter(|tenant| **tenant != altered).map(ToString::to_string).collect();
    expected.sort_unstable();
    let mut kept = named.0.lock().unwrap().clone();
    kept.sort_unstable();
    assert!(!kept.is_empty());
    assert_eq!((kept, behind), (expected, vec![altered]));
}

/// A whole older row put back, seal and all, never commits: it collides with its own history.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn yesterdays_row_put_back_never_gives_a_code_back() {
    let world = World::new(StoreKind::Sqlite).await;
    let subject = world.subject("anna").await;
    let sheet = world.issue("anna", Format::Standard).await;
    let data = world.data();
    let db = Connection::open(data.join("postern.db")).unwrap();
    let id = subject.bytes().to_vec();
    let read = "SELECT version, body, seal, state, due FROM subject WHERE id = ?1";
    let old: Vec<Value> = db.query_row(read, [&id], |row| (0..5).map(|at| row.get(at)).collect()).unwrap();
    world.redeem("anna", &sheet.codes[1], Redeem::default()).await.unwrap();
    let write = "UPDATE subject SET version = ?1, body = ?2, seal = ?3, state = ?4, due = ?5 WHERE id = ?6";
    let values = old.into_iter().chain([Value::Blob(id)]);
    assert_eq!(db.execute(write, rusqlite::params_from_iter(values)).unwrap(), 1);
    for code in [&sheet.codes[1], &sheet.codes[2]] {
        let answer = world.redeem("anna", code, Redeem::default()).await;
        assert!(answer.is_err(), "a rolled-back row was committed on");
    }
    let report = world.app.verify(None, false).await.unwrap();
    assert!(
        report.findings.iter().any(|finding| finding.object == subject.to_string()),
        "{:?}",
        report.findings
    );
}

/// A row at rest: 450 bytes with ten `standard` codes, 6 kB with ninety-nine.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_stay_small() {
    let world = World::new(StoreKind::Sqlite).await;
    let body = |id: postern_core::ids::SubjectId| {
        let db = Connection::open(world.data().join("postern.db")).unwrap();
        let read = "SELECT length(body) FROM subject WHERE id = ?1";
        db.query_row(read, [id.bytes().to_vec()], |row| row.get::<_, i64>(0)).unwrap()
    };
    let anna = world.subject("anna").await;
    world.issue("anna", Format::Standard).await;
    let ten = body(anna);
    let bert = world.subject("bert").await;
    let staging = postern_app::Staging { count: Some(99), ..world.staging("bert", Format::Standard) };
    let staged = world.app.stage(&world.token, staging).await.unwrap();
    world.confirm(staged.set, &staged.codes.unwrap().sheet[0].text).await.unwrap();
    let many = body(bert);
    assert!(ten <= 450, "{ten} bytes with ten codes");
    assert!(many <= 6_000, "{many} bytes with ninety-nine codes");
}

/// A forged event is not what an answer is rebuilt from, even if it is genuine somewhere else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_receipt_is_made_of_a_forged_or_foreign_event() {
    let world = World::new(StoreKind::Sqlite).await;
    let (anna, mallory) = (world.subject("anna").await, world.subject("mallory").await);
    world.issue("anna", Format::Standard).await;
    let sheet = world.issue("mallory", Format::Standard).await;
    world.redeem("mallory", &sheet.codes[1], Redeem::default()).await.unwrap();
    let key = || Redeem { key: Some("k".to_owned()), ..Redeem::default() };
    let guess = "6N6NWS9B8BXYXXTK5NXFY9YZ2";
    assert!(world.redeem("anna", guess, key()).await.is_err());
    let db = Connection::open(world.data().join("postern.db")).unwrap();
    let newest = "SELECT body, mac FROM event WHERE object = ?1 ORDER BY version DESC LIMIT 1";
    let spent: (Vec<u8>, Vec<u8>) =
        db.query_row(newest, [mallory.bytes().to_vec()], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let forge = "UPDATE event SET body = ?1, mac = ?2 WHERE object = ?3 AND version = \
                 (SELECT max(version) FROM event WHERE object = ?3)";
    let own: (Vec<u8>, Vec<u8>) =
        db.query_row(newest, [anna.bytes().to_vec()], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    // One that says in every member that it is anna's own, but for its MAC.
    let read = |body: &[u8]| serde_json::from_slice::<serde_json::Value>(body).unwrap();
    let (mut made_up, accepted) = (read(&own.0), read(&spent.0));
    made_up["type"] = accepted["type"].clone();
    made_up["fact"] = accepted["fact"].clone();
    made_up["outcome"] = accepted["outcome"].clone();
    let made_up = postern_log::canonical_value(&made_up).unwrap();
    for (body, mac) in [(&spent.0, &spent.1), (&spent.0, &own.1), (&made_up, &own.1), (&made_up, &spent.1)] {
        assert_eq!(db.execute(forge, (body, mac, anna.bytes().to_vec())).unwrap(), 1);
        let answer = world.redeem("anna", guess, key()).await;
        assert_eq!(answer.err().map(|problem| problem.name()), Some("unavailable"));
        let query = postern_app::EventQuery {
            after: None,
            limit: 500,
            subject: None,
            wait: std::time::Duration::ZERO,
        };
        assert!(world.app.events(&world.token, query).await.is_err(), "a forged event was shown");
    }
}

/// Deleting every trace of a tenant but one does not hide it, and a name that two subjects have is named.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verification_has_no_blind_spot_for_what_is_missing() {
    let world = World::new(StoreKind::Sqlite).await;
    world.subject("anna").await;
    world.issue("anna", Format::Standard).await;
    let (folder, keys, clock, tenant) = world.close();
    let gone = copy(folder.path());
    let db = Connection::open(gone.path().join("postern.db")).unwrap();
    for table in ["log_head", "event", "subject", "application", "tenant", "claim", "keyring", "checkpoint"] {
        db.execute(&format!("DELETE FROM {table} WHERE tenant = ?1"), [tenant.bytes().to_vec()]).unwrap();
    }
    drop(db);
    let report = reopen(gone.path(), &keys, &clock).verify(None, true).await.unwrap();
    assert!(!report.verified, "a tenant vanished and nobody noticed");
    let half = copy(folder.path());
    let db = Connection::open(half.path().join("postern.db")).unwrap();
    for table in ["log_head", "subject"] {
        db.execute(&format!("DELETE FROM {table} WHERE tenant = ?1"), [tenant.bytes().to_vec()]).unwrap();
    }
    drop(db);
    let report = reopen(half.path(), &keys, &clock).verify(None, true).await.unwrap();
    assert!(!report.verified);
}
