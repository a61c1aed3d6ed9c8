//! Sets that ended more than two years ago go, though no other set ends.

use postern_codes::Format;
use postern_testkit::{Redeem, StoreKind, World};

use crate::support::days;

async fn goes(kind: StoreKind) {
    let world = World::new(kind).await;
    world.subject("anna").await;
    // The first set ends when the second is confirmed, the second when the third is, a year later.
    let first = world.issue("anna", Format::Standard).await;
    let second = world.issue("anna", Format::Standard).await;
    world.clock.advance(days(360));
    world.issue("anna", Format::Standard).await;
    world.subject("bert").await;
    world.clock.advance(days(360));
    assert_eq!(world.app.forget_ended().await, 0, "not two years yet");
    world.clock.advance(days(15));
    assert_eq!(world.app.forget_ended().await, 1);
    assert_eq!(world.app.forget_ended().await, 0, "it is done");
    world.app.number_pending().await;
    let told = world.names().await;
    assert_eq!(told.iter().filter(|name| *name == "code_set.forgotten").count(), 1);
    // The second is still known as one that ended; the first is told from no other word.
    let fourth = world.issue("anna", Format::Standard).await;
    for sheet in [&first, &second] {
        assert!(world.redeem("anna", &sheet.codes[3], Redeem::default()).await.is_err());
    }
    world.redeem("anna", &fourth.codes[3], Redeem::default()).await.unwrap();
    let report = world.app.verify(None, true).await.unwrap();
    assert!(report.verified, "{:?}", report.findings);
}

#[tokio::test]
async fn an_old_set_in_memory_goes() {
    goes(StoreKind::Memory).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_set_on_a_server_goes() {
    goes(StoreKind::Postgres).await;
}
