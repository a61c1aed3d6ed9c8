//! Writing behind the back of a service that runs.

use postern_codes::Format;
use postern_testkit::{Redeem, StoreKind, World};
use rusqlite::Connection;

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
    world.app.anchor(&anchors, (None, &[]), &mut behind).await.unwrap_err();
    let mut expected: Vec<String> =
        all.iter().filter(|tenant| **tenant != altered).map(ToString::to_string).collect();
    expected.sort_unstable();
    let mut kept = named.0.lock().unwrap().clone();
    kept.sort_unstable();
    assert!(!kept.is_empty());
    assert_eq!((kept, behind), (expected, vec![altered]));
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

/// Once the assertion was used again its place is there again: then two events say so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_assertion_that_was_used_again_after_its_place_was_deleted_is_named() {
    use postern_core::kernel::{Key, Kind};
    use postern_core::ports::Clock as _;
    let world = World::new(StoreKind::Sqlite).await;
    let hugo = world.subject("hugo").await;
    let codes = world.issue("hugo", Format::Standard).await.codes;
    let body = serde_json::json!({ "tamper": 1 });
    let used = world.prover().await.assertion("redeem", "hugo", &body, world.clock.now());
    let redeem = async |code: usize| {
        let factor = postern_app::Proof::Assertion(used.clone());
        world.app.redeem(&world.token, crate::history::redemption("hugo", &codes[code], factor)).await
    };
    redeem(1).await.unwrap();
    assert!(redeem(2).await.is_err());
    assert!(world.app.verify(None, true).await.unwrap().verified);
    let db = Connection::open(world.data().join("postern.db")).unwrap();
    assert_eq!(db.execute("DELETE FROM claim WHERE space = 2", ()).unwrap(), 1);
    world.clock.advance(std::time::Duration::from_secs(30));
    redeem(2).await.unwrap();
    let report = world.app.verify(None, true).await.unwrap();
    let found: Vec<_> = report.findings.iter().map(|one| (one.object.as_str(), one.what.as_str())).collect();
    let named = Key::of(Kind::Subject, world.tenant, hugo).to_string();
    assert_eq!(found, [(named.as_str(), "it used an assertion that was used before")]);
}

/// A copy holds everybody's wrapped keys until they are laid apart.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_fails_leaves_no_keys_behind() {
    let world = World::new(StoreKind::Sqlite).await;
    world.subject("anna").await;
    let db = Connection::open(world.data().join("postern.db")).unwrap();
    let seal = "SELECT seal FROM log_head WHERE tenant = ?1";
    let seal: Vec<u8> = db.query_row(seal, [world.tenant.bytes()], |row| row.get(0)).unwrap();
    let put = |seal: &[u8]| {
        let update = "UPDATE log_head SET seal = ?1 WHERE tenant = ?2";
        assert_eq!(db.execute(update, (seal, world.tenant.bytes())).unwrap(), 1);
    };
    let to = tempfile::TempDir::new().unwrap();
    let folder = to.path().join("backup");
    let left = || {
        let files = std::fs::read_dir(&folder).unwrap();
        let mut names: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    // What is copied has a log that cannot be vouched for: that is seen when all of it is copied.
    put(&[0; 32]);
    let refused = world.app.operator("test").create_backup(folder.clone()).await.unwrap_err();
    assert!(refused.to_string().contains("is altered"), "{refused}");
    assert_eq!(left(), [""; 0]);
    put(&seal);
    world.app.operator("test").create_backup(folder.clone()).await.unwrap();
    assert_eq!(left(), ["keyring", "logs", "postern.db"]);
    // What is in the folder of somebody else is not touched.
    world.app.operator("test").create_backup(folder.clone()).await.unwrap_err();
    assert_eq!(left(), ["keyring", "logs", "postern.db"]);
}
