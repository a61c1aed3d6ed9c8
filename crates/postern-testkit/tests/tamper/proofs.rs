//! Events altered behind the product's back are in no proof, and whoever mends them has proofs again.

use postern_app::{EventName, Problem};
use postern_log::{ExportCheck, Tile, open_checkpoint};
use postern_testkit::{StoreKind, World};
use rusqlite::Connection;

/// More events than a tile has.
const PEOPLE: usize = 270;

async fn filled() -> (World, Connection) {
    let world = World::new(StoreKind::Sqlite).await;
    for number in 0..PEOPLE {
        world.subject(&format!("person-{number}")).await;
    }
    let database = Connection::open(world.data().join("postern.db")).unwrap();
    (world, database)
}

async fn proof(world: &World, index: u64) -> Option<Problem> {
    let proof = world.app.proof(&world.token, EventName::Index(index)).await;
    proof.map(|proof| proof.check(&world.app.verifier_key(world.tenant)).unwrap()).err()
}

async fn tile(world: &World, path: &str) -> Option<Problem> {
    world.app.tile(&world.token, Tile::parse(path).unwrap()).await.err()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_event_is_in_no_proof_tile_or_bundle() {
    let (world, database) = filled().await;
    let tenant = world.tenant.bytes().to_vec();
    let body = |index: u16| -> Vec<u8> {
        let read = "SELECT body FROM event WHERE tenant = ?1 AND idx = ?2";
        database.query_row(read, (&tenant, index), |row| row.get(0)).unwrap()
    };
    let write = |index: u16, body: &[u8]| {
        let write = "UPDATE event SET body = ?1 WHERE tenant = ?2 AND idx = ?3";
        assert_eq!(database.execute(write, (body, &tenant, index)).unwrap(), 1);
    };
    for index in [5_u16, 260] {
        let whole = body(index);
        let mut forged = whole.clone();
        *forged.last_mut().unwrap() ^= 1;
        write(index, &forged);
        let (number, width) = (index / 256, if index < 256 { String::new() } else { ".p/6".to_owned() });
        assert_eq!(proof(&world, index.into()).await, Some(Problem::Unavailable));
        for level in ["entries", "0"] {
            let path = format!("{level}/{number:03}{width}");
            assert_eq!(tile(&world, &path).await, Some(Problem::Unavailable), "{path}");
        }
        write(index, &whole);
        assert_eq!(proof(&world, index.into()).await, None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn genuine_events_in_each_others_place_prove_nothing_until_they_are_back() {
    let (world, database) = filled().await;
    let swap = || {
        for (from, to) in [(3, 1_000_000), (4, 3), (1_000_000, 4)] {
            let places = (to, world.tenant.bytes().to_vec(), from);
            let moved = database.execute("UPDATE event SET idx = ?1 WHERE tenant = ?2 AND idx = ?3", places);
            assert_eq!(moved.unwrap(), 1);
        }
    };
    swap();
    assert_eq!(proof(&world, 3).await, Some(Problem::Unavailable));
    assert_eq!(proof(&world, 260).await, Some(Problem::Unavailable), "another event's path");
    // Each event is genuine, so that tiles are served; they do not lead to the checkpoint.
    let note = world.app.checkpoint(&world.token).await.unwrap();
    let checkpoint = open_checkpoint(&note, &world.app.verifier_key(world.tenant)).unwrap();
    let mut check = ExportCheck::new([]);
    for entries in Tile::all(postern_log::TileKind::Entries, checkpoint.size) {
        check.bundle(&entries, &world.app.tile(&world.token, entries).await.unwrap()).unwrap();
    }
    assert!(check.finish(&checkpoint).is_err());
    swap();
    assert_eq!(proof(&world, 3).await, None);
    assert_eq!(proof(&world, 260).await, None);
}
