//! A place that takes longer to say what it has than the anchor waits for it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use postern_app::Shipping;
use postern_core::ports::{Anchors, Place};
use postern_testkit::{StoreKind, World};
use tokio::time::timeout;

use crate::support::{Folder, Kept};

#[tokio::test]
async fn a_slow_place_is_asked_once_and_its_answer_is_waited_for() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    let (anchors, folder): (Arc<dyn Anchors>, _) = (Arc::new(Kept), Arc::new(Folder::default()));
    let mut first = Shipping::to(Arc::<Folder>::clone(&folder) as Arc<dyn Place>);
    let mut all = world.app.all_logs().await.unwrap();
    world.app.anchor(&anchors, (Some(&mut first), &[]), &mut all).await.unwrap();
    assert_eq!(first.behind(), 0);
    // The next start finds a place that is slow today, and gives up waiting for it three times.
    world.subject("bert").await;
    let before = folder.listed.load(Ordering::SeqCst);
    let mut second = Shipping::to(Arc::<Folder>::clone(&folder) as Arc<dyn Place>);
    folder.busy.store(true, Ordering::SeqCst);
    for _ in 0..3 {
        let mut all = world.app.all_logs().await.unwrap();
        let anchored = world.app.anchor(&anchors, (Some(&mut second), &[]), &mut all);
        assert!(timeout(Duration::from_millis(200), anchored).await.is_err(), "nothing held it up");
    }
    assert!(second.behind() > 0);
    folder.busy.store(false, Ordering::SeqCst);
    let mut all = world.app.all_logs().await.unwrap();
    world.app.anchor(&anchors, (Some(&mut second), &[]), &mut all).await.unwrap();
    assert_eq!(second.behind(), 0);
    // Once which bundles there are, and once which keys.
    assert_eq!(folder.listed.load(Ordering::SeqCst), before + 2);
}
