//! A database that is set back under a node that runs, and has grown again before anybody looks.

use std::sync::Arc;

use postern_core::ports::{AnchorFault, Anchors};
use postern_log::Frontier;
use postern_testkit::{StoreKind, World};

/// An anchor that takes everything.
struct Kept;

impl Anchors for Kept {
    fn keep(&self, _: Vec<(String, Frontier)>) -> Result<(), AnchorFault> {
        Ok(())
    }
}

async fn anchor(world: &World) -> Result<(), AnchorFault> {
    let anchors: Arc<dyn Anchors> = Arc::new(Kept);
    let mut all = world.app.all_logs().await.unwrap();
    world.app.anchor(&anchors, (None, &[]), &mut all).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_history_is_not_anchored_though_it_is_as_long() {
    let world = World::new(StoreKind::Postgres).await;
    world.subject("anna").await;
    anchor(&world).await.unwrap();
    let dump = world.database().dump();
    world.subject("bert").await;
    anchor(&world).await.unwrap();
    world.subject("cora").await;
    anchor(&world).await.unwrap();
    world.database().put_back(&dump);
    for name in ["dora", "emil", "fred"] {
        world.subject(name).await;
    }
    let found = anchor(&world).await;
    assert!(matches!(found, Err(AnchorFault::Backwards(_))), "{found:?}");
}
