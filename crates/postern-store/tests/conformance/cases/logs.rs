//! The logs: numbered without gaps, a tree over each.

use postern_core::kernel::{EventHead, Outcome, StoredEvent, ThinnedBundle};
use postern_core::ports::{Store, StoredTile};
use postern_log::{Frontier, leaf_hash};

use crate::counter::Counted;
use crate::harness::Harness;
use crate::support::{add, counter, counter_of, record, sealer, tenant};

async fn events(store: &dyn Store, number: u8) -> Vec<StoredEvent> {
    store.events(tenant(number), 0, 1000, None).await.expect("events")
}

pub(crate) async fn indexes_have_no_gap_and_tenants_are_apart(harness: impl Harness) {
    let store = harness.store();
    for round in 0..3 {
        add(&*store, counter_of(tenant(1), 1), 1).await;
        record(&*store, counter_of(tenant(2), 1), vec![Counted::Added(1), Counted::Added(round)]).await;
        add(&*store, counter_of(tenant(1), 2), 1).await;
    }
    store.number_pending().await.expect("numbered");
    assert_eq!(store.sizes().await.expect("sizes").events, 12);
    drop(store);
    let harness = harness.reopened();
    let store = harness.store();
    for (number, size) in [(1, 6), (2, 6)] {
        add(&*store, counter_of(tenant(number), 3), 1).await;
        let events = events(&*store, number).await;
        let indexes: Vec<u64> = events.iter().map(|event| event.index).collect();
        assert_eq!(indexes, (0..=size).collect::<Vec<u64>>());
        for event in events {
            assert!(sealer().event_is_genuine(tenant(number), &event.bytes, &event.mac));
            let head = EventHead::read(&event.bytes).expect("an event");
            assert_eq!((head.version, head.tenant), (event.version, tenant(number)));
            assert_eq!(head.object, event.key.to_string());
        }
    }
}

pub(crate) async fn the_frontier_is_the_tree_over_the_events(harness: impl Harness) {
    let store = harness.store();
    assert_eq!(store.head(tenant(1)).await.expect("a head").frontier, Frontier::new());
    for number in 0..11 {
        add(&*store, counter(number), 1).await;
    }
    let mut tree = Frontier::new();
    for event in events(&*store, 1).await {
        tree.append(leaf_hash(&event.bytes));
    }
    assert_eq!(store.head(tenant(1)).await.expect("a head").frontier, tree);
    assert_eq!(tree.size(), 11);
}

pub(crate) async fn events_are_found_by_record_and_version(harness: impl Harness) {
    let store = harness.store();
    for _ in 0..3 {
        for number in [1, 2] {
            add(&*store, counter(number), 1).await;
            // Numbered by now, and not in one go with the next one.
            store.head(tenant(1)).await.expect("a head");
        }
    }
    let found = store.event(counter(2), 2).await.expect("an answer").expect("an event");
    assert_eq!((found.index, found.key, found.version), (3, counter(2), 2));
    assert!(store.event(counter(2), 4).await.expect("an answer").is_none());
    let of = store.events(tenant(1), 2, 10, Some(counter(1))).await.expect("events");
    assert_eq!(of.iter().map(|event| (event.index, event.version)).collect::<Vec<_>>(), vec![(2, 2), (4, 3)]);
    let page = store.events(tenant(1), 1, 2, None).await.expect("events");
    assert_eq!(page.iter().map(|event| event.index).collect::<Vec<_>>(), vec![1, 2]);
}

pub(crate) async fn grown_tenants_are_taken_once(harness: impl Harness) {
    let store = harness.store();
    harness.settle();
    assert!(store.take_grown().is_empty());
    add(&*store, counter_of(tenant(2), 1), 1).await;
    add(&*store, counter_of(tenant(1), 1), 1).await;
    add(&*store, counter_of(tenant(1), 1), 1).await;
    harness.settle();
    assert_eq!(store.take_grown(), vec![tenant(1), tenant(2)]);
    harness.settle();
    assert!(store.take_grown().is_empty());
    add(&*store, counter_of(tenant(2), 1), 1).await;
    harness.settle();
    assert_eq!(store.take_grown(), vec![tenant(2)]);
}

pub(crate) async fn the_newest_checkpoint_stays(harness: impl Harness) {
    let store = harness.store();
    assert_eq!(store.checkpoint(tenant(1)).await.expect("an answer"), None);
    let note = |size: u64| format!("a log\n{size}\na root\n");
    for size in [3, 5, 4] {
        store.keep_checkpoint(tenant(1), size, note(size)).await.expect("it is kept");
    }
    assert_eq!(store.checkpoint(tenant(1)).await.expect("an answer"), Some(note(5)));
    // Of the same size the later one: it may have been signed by more.
    let signed = format!("{}\nsigned\n", note(5));
    store.keep_checkpoint(tenant(1), 5, signed.clone()).await.expect("it is kept");
    assert_eq!(store.checkpoint(tenant(1)).await.expect("an answer"), Some(signed));
}

pub(crate) async fn stored_tiles_are_each_logs_own_and_stay_as_they_came(harness: impl Harness) {
    let store = harness.store();
    let tile = |tile: u64, byte: u8| StoredTile { tile, hash: vec![byte; 32], mac: vec![byte; 32] };
    for (number, tiles) in [(1, [tile(0, 1), tile(1, 2)]), (2, [tile(0, 3), tile(1, 4)])] {
        store.keep_tiles(tenant(number), tiles.to_vec()).await.expect("they are kept");
    }
    store.keep_tiles(tenant(1), vec![tile(1, 9), tile(2, 5)]).await.expect("they are kept");
    let tiles = async |number, from, limit| store.tiles(tenant(number), from, limit).await.expect("tiles");
    assert_eq!(tiles(1, 1, 10).await, [tile(1, 2), tile(2, 5)]);
    assert_eq!(tiles(1, 0, 1).await, [tile(0, 1)]);
    store.drop_tiles(tenant(1)).await.expect("they are dropped");
    assert_eq!(tiles(1, 0, 10).await, []);
    assert_eq!(tiles(2, 0, 10).await, [tile(0, 3), tile(1, 4)]);
}

pub(crate) async fn a_bundle_is_thinned_once_and_what_is_left_is_found(harness: impl Harness) {
    let (store, key) = (harness.store(), counter(1));
    for _ in 0..6 {
        let done = record(&*store, key, vec![Counted::Added(1); 100]).await;
        assert!(matches!(done, Outcome::Committed(_)), "{done:?}");
    }
    harness.settle();
    let whole = events(&*store, 1).await;
    let bundle = |from: usize| {
        let needed = move |event: &StoredEvent| event.version == from as u64 + 10;
        ThinnedBundle::of(&sealer(), &whole[from..from + 256], needed).expect("a bundle")
    };
    for _ in 0..2 {
        store.thin(bundle(0)).await.expect("it is thinned, the second time already");
        assert_eq!(events(&*store, 1).await, whole[256..]);
        assert_eq!(
            store.last_thinned(tenant(1)).await.expect("an answer"),
            bundle(0).events().last().cloned()
        );
        let left = store.thinned(tenant(1), 100, 10).await.expect("what is left");
        assert_eq!(left, bundle(0).events()[100..110]);
        let one = |version| store.thinned_event(key, version);
        assert_eq!(one(5).await.expect("an answer").as_ref(), bundle(0).events().get(4));
        assert_eq!(one(257).await.expect("an answer"), None);
        let bytes = async |version| store.event(key, version).await.expect("an answer").is_some();
        assert_eq!([bytes(10).await, bytes(11).await, bytes(257).await], [true, false, true]);
    }
    store.thin(bundle(256)).await.expect("the next one");
    assert_eq!(events(&*store, 1).await, whole[512..]);
    let last = store.last_thinned(tenant(1)).await.expect("an answer").expect("one is left");
    assert_eq!(last.index, 511);
    assert!(store.last_thinned(tenant(2)).await.expect("an answer").is_none());
}
