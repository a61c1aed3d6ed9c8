//! `log.forged`: an event that was put aside is told of once, whoever looks and however often, and nothing else waits for it.

use std::sync::Arc;

use postern_app::App;
use postern_core::encoding::base64url;
use postern_core::ids::TenantId;
use postern_core::kernel::{Key, Kind, StoredEvent};
use postern_core::ports::Store;
use postern_testkit::{Numbers, StoreKind};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::behind::from_hex;
use crate::ground::{Day, Ground};
use crate::ways::logs::{another_slot, edit};

async fn log(ground: &Ground, tenant: TenantId) -> Vec<StoredEvent> {
    let store: Arc<dyn Store> = ground.rest.store(&ground.rest.keys, Numbers::First).await;
    store.events(tenant, 0, 1000, None).await.unwrap()
}

/// Facts of `log.forged` in the installation's log, after the job has run twice.
pub(crate) async fn told(ground: &Ground, app: &App) -> Vec<Value> {
    for _ in 0..2 {
        app.record_forged().await;
    }
    let events = log(ground, TenantId::SYSTEM).await;
    let read = |event: &StoredEvent| serde_json::from_slice::<Value>(&event.bytes).unwrap();
    let forged = events.iter().map(read).filter(|event| event["type"] == "log.forged");
    forged.map(|event| event["fact"].clone()).collect()
}

/// The bytes of the event that waits for Hugo, as somebody left them.
fn digest(ground: &Ground) -> String {
    let behind = ground.behind();
    let read = ground.named(&format!("SELECT {} FROM pending WHERE object = {{hugo}}", behind.hex("body")));
    base64url(&Sha256::digest(from_hex(&behind.read(&read)[0][0])))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_event_is_told_of_once_and_the_others_go_on() {
    let ground = Ground::new(StoreKind::Postgres).await;
    ground.lay(Day::Waiting);
    let app = ground.open().await;
    assert_eq!(app.record_forged().await, Some(false), "nothing is put aside yet");
    ground.lay(Day::Waiting);
    edit(&ground, "pending", "object = {hugo}", another_slot);
    let (object, digest) = (Key::new(Kind::Subject, ground.tenant, ground.id("hugo")), digest(&ground));

    let expected =
        vec![json!({ "digest": digest, "object": object.to_string(), "owner": ground.tenant.to_string() })];
    assert_eq!(told(&ground, &app).await, expected);
    assert_eq!(app.record_forged().await, Some(true), "the alarm rings on");
    // Another node, and one that starts anew.
    let other = ground.open().await;
    assert_eq!(other.record_forged().await, Some(true));
    assert_eq!(told(&ground, &other).await, expected);

    let before = log(&ground, ground.tenant).await.len();
    assert_eq!(ground.tried(&app, Day::Today, 0).await.1, "accepted");
    let after = log(&ground, ground.tenant).await;
    assert!(after.len() > before, "others are numbered");
    assert!(after.iter().skip(before).all(|event| event.key != object));
}

/// What could not be noted as told, since the database let nobody write there, is not told again by this process.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_could_not_be_noted_is_told_once_by_a_process() {
    let ground = Ground::new(StoreKind::Postgres).await;
    ground.lay(Day::Waiting);
    edit(&ground, "pending", "object = {hugo}", another_slot);
    let app = ground.open().await;
    app.number_pending().await;
    ground.run("CREATE RULE deaf AS ON UPDATE TO quarantine DO INSTEAD NOTHING");
    assert_eq!(told(&ground, &app).await.len(), 1);
    ground.run("DROP RULE deaf ON quarantine");
    assert_eq!(told(&ground, &app).await.len(), 1);
    assert_eq!(ground.behind().read("SELECT count(*) FROM quarantine WHERE NOT told")[0][0], "0");
}
