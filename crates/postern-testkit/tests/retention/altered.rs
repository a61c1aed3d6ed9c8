//! What is left of a thinned event, written behind the product's back: nothing of it goes unnoticed.
#![expect(clippy::disallowed_methods, reason = "this one writes behind the store's back")]

use postern_app::EventName;
use postern_codes::Format;
use postern_testkit::{Redeem, StoreKind, World};
use rusqlite::Connection;

use crate::support::{page, thinned, tile};

fn database(world: &World) -> Connection {
    Connection::open(world.data().join("postern.db")).unwrap()
}

/// Alters something, looks whether a verification names it, and puts everything back.
async fn is_noticed(world: &World, alter: &str) {
    let db = database(world);
    assert_eq!(db.execute(alter, (world.tenant.bytes(),)).unwrap(), 1, "{alter}");
    let report = world.app.verify(None, true).await.unwrap();
    assert!(!report.verified, "not noticed: {alter}");
    for (table, spare) in [("event", "spare_event"), ("kept_event", "spare_kept")] {
        let back = format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM {spare}");
        db.execute_batch(&format!("BEGIN; {back}; COMMIT")).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_column_of_what_is_left_is_held_against_its_mac_and_the_tree() {
    let (world, _) = thinned(StoreKind::Sqlite).await;
    let spare = "CREATE TABLE spare_event AS SELECT * FROM event;
                 CREATE TABLE spare_kept AS SELECT * FROM kept_event";
    database(&world).execute_batch(spare).unwrap();
    let columns = [
        "version = version + 1000",
        "object = zeroblob(16)",
        "kind = 5",
        "idx = idx + 1000",
        "body = zeroblob(32)",
        "body = zeroblob(31)",
        "mac = zeroblob(32)",
    ];
    for index in [7, 255] {
        for column in columns {
            is_noticed(&world, &format!("UPDATE event SET {column} WHERE tenant = ?1 AND idx = {index}"))
                .await;
        }
        is_noticed(&world, &format!("DELETE FROM event WHERE tenant = ?1 AND idx = {index}")).await;
    }
    let one = "rowid = (SELECT min(rowid) FROM kept_event) AND tenant = ?1";
    for column in columns {
        is_noticed(&world, &format!("UPDATE kept_event SET {column} WHERE {one}")).await;
    }
    is_noticed(&world, &format!("DELETE FROM kept_event WHERE {one}")).await;
    let report = world.app.verify(None, true).await.unwrap();
    assert!(report.verified, "all of it is back: {:?}", report.findings);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_forged_shows_and_proves_nothing() {
    let (world, _) = thinned(StoreKind::Sqlite).await;
    let db = database(&world);
    let tenant = world.tenant.bytes().to_vec();
    let leaf: Vec<u8> = db
        .query_row("SELECT body FROM event WHERE tenant = ?1 AND idx = 5", (&tenant,), |row| row.get(0))
        .unwrap();
    let write = |index: u32, body: &[u8]| {
        let write = "UPDATE event SET body = ?1 WHERE tenant = ?2 AND idx = ?3";
        assert_eq!(db.execute(write, (body, &tenant, index)).unwrap(), 1);
    };
    write(5, &[9; 32]);
    assert!(world.app.tile(&world.token, tile("0/000")).await.is_err());
    write(5, &leaf);
    assert!(world.app.tile(&world.token, tile("0/000")).await.is_ok());
    // A mark that nobody set does not hide what comes before it.
    let whole: Vec<u8> = db
        .query_row("SELECT body FROM event WHERE tenant = ?1 AND idx = 300", (&tenant,), |row| row.get(0))
        .unwrap();
    db.execute("UPDATE event SET idx = 511, body = zeroblob(32) WHERE tenant = ?1 AND idx = 300", (&tenant,))
        .unwrap();
    assert!(page(&world, None).await.is_err());
    assert!(world.app.proof(&world.token, EventName::Index(270)).await.is_err());
    db.execute("UPDATE event SET idx = 300, body = ?2 WHERE tenant = ?1 AND idx = 511", (&tenant, whole))
        .unwrap();
    assert!(page(&world, None).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_row_of_thinned_events_never_commits() {
    let (world, _) = thinned(StoreKind::Sqlite).await;
    let db = database(&world);
    let subject = world.subject("old-7").await;
    let id = subject.bytes().to_vec();
    db.execute_batch("CREATE TABLE old AS SELECT * FROM subject").unwrap();
    world.issue("old-7", Format::Standard).await;
    let back = "UPDATE subject SET (version, body, seal, state, due) =
                (SELECT version, body, seal, state, due FROM old WHERE old.id = subject.id) WHERE id = ?1";
    db.execute(back, (&id,)).unwrap();
    assert!(world.stage("old-7", Format::Standard).await.is_err(), "an old row took a new event");
    // And where the row is gone, its thinned history stands in the way.
    db.execute("DELETE FROM subject WHERE id = ?1", (&id,)).unwrap();
    db.execute("DELETE FROM claim WHERE owner = ?1", (&id,)).unwrap();
    let _ = world.redeem("old-7", "6N6NWS9B8BXYXXTK5NXFY9YZ2", Redeem::default()).await;
    assert!(!world.app.verify(None, false).await.unwrap().verified);
}
