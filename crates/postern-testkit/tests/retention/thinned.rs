//! What a thinned log still gives, and what it does not.

use std::sync::Arc;
use std::time::Duration;

use postern_app::{EventName, EventQuery, SubjectName};
use postern_codes::Format;
use postern_core::ids::EventId;
use postern_core::kernel::EventHead;
use postern_log::{Anchor, ExportCheck, Frontier, TileKind, unbundle};
use postern_testkit::{Redeem, StoreKind, World};

use crate::support::{DAYS, Folder, aged, anchor, days, page, thinned, tile};

fn name<T>(result: Result<T, postern_app::Problem>) -> &'static str {
    result.err().map_or("done", |problem| problem.name())
}

async fn keeps_everything_else(kind: StoreKind) {
    let world = aged(kind).await;
    anchor(&world).await;
    let key = world.app.verifier_key(world.tenant);
    let early = world.app.proof(&world.token, EventName::Index(3)).await.unwrap();
    let id = EventId::parse(&EventHead::read(&early.event).unwrap().id).unwrap();
    let leaves = world.app.tile(&world.token, tile("0/000")).await.unwrap();
    let whole = page(&world, None).await.unwrap();
    assert_eq!((whole.items[0].index, whole.oldest), (0, None));
    assert_eq!(world.app.thin_events(DAYS).await, 1);

    // Gone, and said so, on each node.
    for app in [&world.app, &world.other] {
        for event in [EventName::Index(3), EventName::Index(255), EventName::Id(id)] {
            assert_eq!(name(app.proof(&world.token, event).await), "no-longer-kept", "{event:?}");
        }
        for path in ["entries/000", "entries/000.p/3"] {
            assert_eq!(name(app.tile(&world.token, tile(path)).await), "no-longer-kept", "{path}");
        }
        // Still there: the leaves, the rest, and its proofs.
        assert_eq!(app.tile(&world.token, tile("0/000")).await.unwrap(), leaves);
        assert_eq!(
            unbundle(&app.tile(&world.token, tile("entries/001.p/9")).await.unwrap()).unwrap().len(),
            9
        );
        let proof = app.proof(&world.token, EventName::Index(256)).await.unwrap();
        assert!(proof.check(&key).is_ok());
        assert!(app.consistency(&world.token, 100).await.is_ok());
        assert_eq!(name(app.proof(&world.token, EventName::Index(99_999)).await), "not-found");
    }
    assert!(early.check(&key).is_ok(), "a proof from before holds for ever");

    // Events go on behind what is thinned, with a mark.
    let first = page(&world, None).await.unwrap();
    assert_eq!((first.items[0].index, first.oldest), (256, Some(256)));
    assert_eq!(first.items, whole.items[256..]);
    let behind = page(&world, Some(255)).await.unwrap();
    assert_eq!((behind.items[0].index, behind.oldest), (256, None), "nothing was skipped");
    assert_eq!(page(&world, Some(100)).await.unwrap().oldest, Some(256));
    let subject = world.subject("old-7").await;
    let query = EventQuery { after: None, limit: 5, subject: Some(subject), wait: Duration::ZERO };
    let of_one = world.app.events(&world.token, query).await.unwrap();
    assert_eq!((of_one.items.len(), of_one.oldest), (0, Some(256)));

    // Rows live on: the person is known, a set is made and used, versions go on without a gap.
    let known = SubjectName::ExternalId("old-7".to_owned());
    let shown = world.app.subject(&world.token, &known).await.unwrap();
    assert_eq!(shown.external_id.as_deref(), Some("old-7"));
    let sheet = world.issue("old-7", Format::Standard).await;
    world.redeem("old-7", &sheet.codes[1], Redeem::default()).await.unwrap();
    world.app.number_pending().await;

    // Nothing is wrong, and what could not be rebuilt is named.
    let report = world.app.verify(None, true).await.unwrap();
    assert!(report.verified, "{:?}", report.findings);
    assert_eq!(report.logs.iter().map(|log| log.thinned).sum::<u64>(), 256);
    assert!(report.not_replayed.contains(&subject.to_string()), "{:?}", report.not_replayed);
    let late = world.subject("new-7").await;
    assert!(!report.not_replayed.contains(&late.to_string()));
    assert!(
        report.not_replayed.len() > 200 && report.not_replayed.len() < 257,
        "{}",
        report.not_replayed.len()
    );
}

#[tokio::test]
async fn a_log_in_memory_keeps_everything_else() {
    keeps_everything_else(StoreKind::Memory).await;
}

#[tokio::test]
async fn a_log_in_a_folder_keeps_everything_else() {
    keeps_everything_else(StoreKind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_of_two_nodes_keeps_everything_else() {
    keeps_everything_else(StoreKind::Postgres).await;
}

async fn is_rebuilt_with_an_export(kind: StoreKind) {
    let (world, export) = thinned(kind).await;
    let report = world.app.verify_with(world.tenant, Arc::<Folder>::clone(&export)).await.unwrap();
    assert!(report.verified && report.not_replayed.is_empty(), "{report:?}");
    // Another history is named, and one event of it is enough.
    let bundle = export.files.lock().unwrap()["tile/entries/000"].clone();
    let at = bundle.windows(7).position(|window| window == b"subject").unwrap();
    let mut other = bundle;
    other[at] ^= 1;
    export.files.lock().unwrap().insert("tile/entries/000".to_owned(), other);
    let report = world.app.verify_with(world.tenant, Arc::<Folder>::clone(&export)).await.unwrap();
    assert!(report.findings.iter().any(|finding| finding.what.contains("the export has other events")));
    // An export that does not reach so far rebuilds nothing, and proves nothing wrong.
    export.files.lock().unwrap().clear();
    let report = world.app.verify_with(world.tenant, export).await.unwrap();
    assert!(report.verified && !report.not_replayed.is_empty());
}

#[tokio::test]
async fn a_log_in_memory_is_rebuilt_with_an_export() {
    is_rebuilt_with_an_export(StoreKind::Memory).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_of_two_nodes_is_rebuilt_with_an_export() {
    is_rebuilt_with_an_export(StoreKind::Postgres).await;
}

#[tokio::test]
async fn hash_tiles_of_a_thinned_log_still_lead_to_the_checkpoint() {
    let (world, export) = thinned(StoreKind::Sqlite).await;
    let note = world.app.checkpoint(&world.token).await.unwrap();
    let checkpoint = postern_log::open_checkpoint(&note, &world.app.verifier_key(world.tenant)).unwrap();
    let mut check = ExportCheck::new([]);
    for entries in postern_log::Tile::all(TileKind::Entries, checkpoint.size) {
        let bytes = match world.app.tile(&world.token, entries).await {
            Ok(bytes) => bytes,
            Err(_) => export.files.lock().unwrap()[&format!("tile/{entries}")].clone(),
        };
        let leaves = check.bundle(&entries, &bytes).unwrap();
        assert_eq!(world.app.tile(&world.token, entries.leaves()).await.unwrap(), leaves.concat());
    }
    assert!(check.finish(&checkpoint).is_ok());
}

#[tokio::test]
async fn a_thinned_folder_opens_again_and_continues_an_older_anchor() {
    let (world, _) = thinned(StoreKind::Sqlite).await;
    let leaves = world.app.tile(&world.token, tile("0/000")).await.unwrap();
    let name = world.tenant.to_string();
    let (folder, keys, clock, _) = world.close();
    let app = postern_testkit::reopen(folder.path(), &keys, &clock);
    // Anchors that another node may have kept: within what is thinned, and at its end.
    for size in [1, 100, 256] {
        let mut edge = Frontier::new();
        leaves.chunks(32).take(size).for_each(|leaf| edge.append(leaf.try_into().unwrap()));
        let anchor = |edge: Frontier| Anchor { epoch: 1, logs: [(name.clone(), edge)].into() };
        assert!(app.check_anchor(&anchor(edge)).await.is_ok(), "{size}");
        let mut other = Frontier::new();
        leaves.chunks(32).take(size).for_each(|_| other.append([7; 32]));
        assert!(app.check_anchor(&anchor(other)).await.is_err(), "{size}");
    }
}

#[tokio::test]
async fn the_room_of_thinned_events_is_free_for_others() {
    let world = World::new(StoreKind::Sqlite).await;
    world.subject("anna").await;
    for _ in 0..90 {
        world.issue("anna", Format::Standard).await;
        world.clock.advance(days(1));
    }
    world.clock.advance(days(401));
    anchor(&world).await;
    let free = || -> i64 {
        #[expect(clippy::disallowed_methods, reason = "it looks into the file itself")]
        let db = rusqlite::Connection::open(world.data().join("postern.db")).unwrap();
        db.query_row("PRAGMA freelist_count", (), |row| row.get(0)).unwrap()
    };
    let before = free();
    assert_eq!(world.app.thin_events(DAYS).await, 1);
    let freed = (free() - before) * 4096;
    assert!(freed > 256 * 600, "{freed} bytes of 256 events");
}
