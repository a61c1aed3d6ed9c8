//! Tiles, entry bundles and proofs: they verify, whoever asks, and are nobody else's.

use postern_app::EventName;
use postern_app::operator::Command;
use postern_core::application::Scope;
use postern_core::ids::{EventId, TenantId};
use postern_core::kernel::EventHead;
use postern_log::{ExportCheck, ProofFile, Tile, TileKind, open_checkpoint, unbundle};
use postern_testkit::{StoreKind, World};

use crate::refused;

/// More events than a tile has.
const PEOPLE: usize = 270;

async fn filled(kind: StoreKind) -> World {
    let world = World::new(kind).await;
    for number in 0..PEOPLE {
        world.subject(&format!("person-{number}")).await;
    }
    world.app.number_pending().await;
    world
}

fn tile(path: &str) -> Tile {
    Tile::parse(path).unwrap()
}

/// Everything that the tiles of a log say, checked against its checkpoint; the number of events.
async fn whole(world: &World) -> u64 {
    let key = world.app.verifier_key(world.tenant);
    let checkpoint = open_checkpoint(&world.app.checkpoint(&world.token).await.unwrap(), &key).unwrap();
    let mut check = ExportCheck::new([]);
    for entries in Tile::all(TileKind::Entries, checkpoint.size) {
        let leaves = check.bundle(&entries, &world.app.tile(&world.token, entries).await.unwrap()).unwrap();
        assert_eq!(world.app.tile(&world.token, entries.leaves()).await.unwrap(), leaves.concat());
    }
    for hashes in Tile::all_hashes(checkpoint.size).filter(|hashes| hashes.kind() != TileKind::Hashes(0)) {
        check.tile(&hashes, &world.other.tile(&world.token, hashes).await.unwrap()).unwrap();
    }
    check.finish(&checkpoint).unwrap().size()
}

async fn proves(kind: StoreKind) {
    let world = filled(kind).await;
    let size = whole(&world).await;
    assert!(size > PEOPLE as u64, "{size}");
    let key = world.app.verifier_key(world.tenant);
    for index in [0, 1, 254, 255, 256, size - 1] {
        let proof = world.app.proof(&world.token, EventName::Index(index)).await.unwrap();
        assert_eq!((proof.index, proof.check(&key).unwrap().size), (index, size));
        let id = EventId::parse(&EventHead::read(&proof.event).unwrap().id).unwrap();
        assert_eq!(world.other.proof(&world.token, EventName::Id(id)).await.unwrap(), proof);
        assert_eq!(ProofFile::parse(&proof.to_string()), Ok(proof));
    }
    // An event that is newer than the checkpoint has a proof at once, under a new one.
    world.subject("another").await;
    world.app.number_pending().await;
    let newest = world.app.proof(&world.token, EventName::Index(size)).await.unwrap();
    assert_eq!(newest.check(&key).unwrap().size, size + 1);
    assert_eq!(refused(world.app.proof(&world.token, EventName::Index(size + 1)).await), "not-found");
    assert_eq!(refused(world.app.proof(&world.token, EventName::Index(u64::MAX)).await), "not-found");
    assert_eq!(whole(&world).await, size + 1);
}

#[tokio::test]
async fn a_log_in_memory_is_proved() {
    proves(StoreKind::Memory).await;
}

#[tokio::test]
async fn a_log_in_a_folder_is_proved() {
    proves(StoreKind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_of_two_nodes_is_proved_by_each() {
    proves(StoreKind::Postgres).await;
}

#[tokio::test]
async fn tiles_of_any_width_are_there_and_no_more() {
    let world = filled(StoreKind::Memory).await;
    let bytes = world.app.tile(&world.token, tile("entries/000.p/3")).await.unwrap();
    assert_eq!(unbundle(&bytes).unwrap().len(), 3);
    let full = world.app.tile(&world.token, tile("0/000")).await.unwrap();
    assert_eq!(full.len(), 8192);
    assert_eq!(world.app.tile(&world.token, tile("0/000.p/3")).await.unwrap(), full[..96]);
    assert_eq!(world.app.tile(&world.token, tile("1/000.p/1")).await.unwrap().len(), 32);
    for beyond in ["0/001", "0/002.p/1", "entries/001", "1/000.p/2", "1/000", "2/000.p/1", "63/000"] {
        assert_eq!(refused(world.app.tile(&world.token, tile(beyond)).await), "not-found", "{beyond}");
    }
}

#[tokio::test]
async fn the_log_is_for_who_may_read_all_of_it_and_only_the_tenants() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    // The scope alone, for the tier standard only, and every tier without the scope.
    let partly = world.application(&[Scope::LogRead], &[], None).await;
    let reader = world.application(&[Scope::EventsRead], &[], None).await;
    for token in [partly, reader] {
        assert_eq!(refused(world.app.proof(&token, EventName::Index(0)).await), "scope-missing");
        for path in ["0/000.p/1", "entries/000.p/1", "0/009"] {
            assert_eq!(refused(world.app.tile(&token, tile(path)).await), "scope-missing");
        }
    }
    let created = world.app.operate("test", Command::TenantCreate { name: "other".to_owned(), prefix: None });
    let other = created.await.unwrap()["tenant"].as_str().and_then(TenantId::parse).unwrap();
    let command = Command::AuditProof { tenant: other, event: "0".to_owned() };
    let proved = world.app.operate("test", command).await.unwrap();
    let proof = ProofFile::parse(proved["proof"].as_str().unwrap()).unwrap();
    assert!(proof.check(&world.app.verifier_key(other)).is_ok());
    assert!(proof.check(&world.app.verifier_key(world.tenant)).is_err());
    let id = EventId::parse(proved["event"].as_str().unwrap()).unwrap();
    assert_eq!(refused(world.app.proof(&world.token, EventName::Id(id)).await), "not-found");
}

#[tokio::test]
async fn an_operator_is_told_what_there_is() {
    let world = filled(StoreKind::Memory).await;
    let command = |event: &str| Command::AuditProof { tenant: world.tenant, event: event.to_owned() };
    let proved = world.app.operate("test", command("258")).await.unwrap();
    let proof = ProofFile::parse(proved["proof"].as_str().unwrap()).unwrap();
    let size = proof.check(proved["verifier_key"].as_str().unwrap()).unwrap().size;
    assert_eq!(proved["event"], EventHead::read(&proof.event).unwrap().id);
    for (event, told) in [("99999", "has no event"), ("anna", "is named by"), ("-1", "is named by")] {
        let refused = world.app.operate("test", command(event)).await.unwrap_err().to_string();
        assert!(refused.contains(told), "{refused}");
    }
    let nobody = TenantId::new([9; 16]);
    let refused = world.app.operate("test", Command::AuditCheckpoint { tenant: nobody }).await.unwrap_err();
    assert!(refused.to_string().contains("tenant list"), "{refused}");
    let read = |from, count| Command::AuditEntries { tenant: world.tenant, from, count };
    let entries = world.app.operate("test", read(256, 10)).await.unwrap();
    assert_eq!(entries["entries"].as_array().unwrap().len(), 10);
    assert!(world.app.operate("test", read(size, 1)).await.is_err());
    let stopped = world.app.operate("test", read(0, u64::MAX)).await.unwrap();
    assert_eq!(stopped["entries"].as_array().unwrap().len(), 256);
    world.app.stop();
    assert!(world.app.operate("test", read(0, 1)).await.is_err());
}
