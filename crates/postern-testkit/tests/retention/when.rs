//! When a bundle is thinned, and when it is not.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use postern_app::Shipping;
use postern_core::ports::Anchors;
use postern_testkit::{StoreKind, World};

use crate::support::{DAYS, Folder, Kept, aged, anchor, days};

#[tokio::test]
async fn only_what_is_anchored_is_thinned() {
    let world = aged(StoreKind::Memory).await;
    // A checkpoint that is signed and not in the anchor is not enough.
    world.app.checkpoint(&world.token).await.unwrap();
    assert_eq!(world.app.thin_events(DAYS).await, 0, "nothing is anchored");
    anchor(&world).await;
    assert_eq!(world.app.thin_events(DAYS).await, 1);
    assert_eq!(world.app.thin_events(DAYS).await, 0, "the rest is young, and no whole bundle");
    assert_eq!(world.app.sizes().await.unwrap().thinned, 256);
}

#[tokio::test]
async fn where_events_are_shipped_only_what_is_shipped_is_thinned() {
    let world = aged(StoreKind::Memory).await;
    let (anchors, folder): (Arc<dyn Anchors>, _) = (Arc::new(Kept), Arc::new(Folder::default()));
    let mut shipping = Shipping::to(Arc::<Folder>::clone(&folder));
    folder.away.store(true, Ordering::SeqCst);
    let mut all = world.app.all_logs().await.unwrap();
    world.app.anchor(&anchors, (Some(&mut shipping), &[]), &mut all).await.unwrap();
    assert_eq!(world.app.thin_events(DAYS).await, 0, "it is anchored, and not shipped");
    folder.away.store(false, Ordering::SeqCst);
    world.app.anchor(&anchors, (Some(&mut shipping), &[]), &mut Vec::new()).await.unwrap();
    assert_eq!(world.app.thin_events(DAYS).await, 1);
    // A place that is empty, as after a change of disks: what is thinned cannot come there, the rest does.
    let other = Arc::new(Folder::default());
    let mut shipping = Shipping::to(Arc::<Folder>::clone(&other));
    let mut all = world.app.all_logs().await.unwrap();
    world.app.anchor(&anchors, (Some(&mut shipping), &[]), &mut all).await.unwrap();
    assert_eq!(shipping.behind(), 0);
    let names: Vec<String> = other.files.lock().unwrap().keys().cloned().collect();
    let of_log = format!("{}/entries/", world.tenant);
    let bundles: Vec<_> = names.iter().filter(|name| name.starts_with(&of_log)).collect();
    assert!(bundles.len() == 1 && bundles[0].contains("001"), "{bundles:?}");
}

#[tokio::test]
async fn the_floor_holds_whatever_is_configured() {
    let world = World::new(StoreKind::Memory).await;
    for number in 0..300 {
        world.subject(&format!("person-{number}")).await;
    }
    anchor(&world).await;
    world.clock.advance(days(399));
    assert_eq!(world.app.thin_events(1).await, 0, "399 days");
    world.clock.advance(days(2));
    assert_eq!(world.app.thin_events(1).await, 1);
}

#[tokio::test]
async fn a_bundle_with_one_young_event_stays() {
    let world = World::new(StoreKind::Memory).await;
    for number in 0..250 {
        world.subject(&format!("old-{number}")).await;
    }
    world.clock.advance(days(401));
    for number in 0..50 {
        world.subject(&format!("new-{number}")).await;
    }
    anchor(&world).await;
    assert_eq!(world.app.thin_events(DAYS).await, 0);
}

#[tokio::test]
async fn the_last_bundle_stays_whole_or_not_and_the_installations_own_log_does() {
    let world = World::new(StoreKind::Memory).await;
    let size = || async { world.app.edges().await.unwrap()[&world.tenant.to_string()].size() };
    let mut number = 0;
    while size().await < 256 {
        world.subject(&format!("person-{number}")).await;
        number += 1;
    }
    // 260 events of the installation.
    for number in 0..260 {
        world.app.operator("test").create_tenant(&format!("tenant-{number}"), None).await.unwrap();
    }
    world.clock.advance(days(500));
    anchor(&world).await;
    assert_eq!(world.app.thin_events(DAYS).await, 0, "it is the last one");
    world.subject("one more").await;
    assert_eq!(world.app.thin_events(DAYS).await, 0, "the next event is not anchored");
    anchor(&world).await;
    assert_eq!(world.app.thin_events(DAYS).await, 1, "the tenant's, and nothing of the installation's");
    assert!(world.app.verify(None, true).await.unwrap().verified);
}
