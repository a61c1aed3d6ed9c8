//! Wrong guesses from everywhere, while the owner redeems.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use postern_codes::Format;
use postern_testkit::{Redeem, Service, StoreKind, World};
use serde_json::json;
use tokio::sync::Semaphore;

use crate::redemption;

/// Wrong guesses from everywhere, sixty-four a second, while the owner redeems from a known device.
async fn flood(kind: StoreKind, format: Format) {
    let world = World::new(kind).await;
    world.subject("owner").await;
    let first = world.issue("owner", format).await;
    let redeemed = world.redeem("owner", &first.codes[0], Redeem::default()).await.unwrap();
    let device = redeemed.device_token.to_string();
    world.clock.advance(Duration::from_secs(73 * 3600));
    let service = Service::start(&world).await;
    let world = Arc::new(world);
    let guess = match format {
        Format::Standard => "6N6NWS9B8BXYXXTK5NXFY9YZ2",
        Format::Compact => "1258Y5G6C7RMPK84",
        Format::Numeric => "010737776601044539083157",
    };
    let (stop, heard) = (Arc::new(AtomicBool::new(false)), Arc::new(Semaphore::new(0)));
    let mut clients = Vec::new();
    for _ in 0..64 {
        clients.push(service.connect().await);
    }
    let flood: Vec<_> = (0..64u8)
        .zip(clients)
        .map(|(n, mut client)| {
            let (stop, heard, world) = (Arc::clone(&stop), Arc::clone(&heard), Arc::clone(&world));
            tokio::spawn(async move {
                let mut statuses = Vec::new();
                for round in 0u32.. {
                    if stop.load(Ordering::SeqCst) {
                        break;
                    }
                    let address = json!({ "address": format!("10.{}.{n}.1", round % 250) });
                    let body = redemption(&world, "owner", guess, address);
                    let answer = client.post("/v1/redemptions", &body, &format!("guess-{n}-{round}")).await;
                    statuses.push(answer.status);
                    heard.add_permits(1);
                    tokio::time::sleep(Duration::from_millis(1000)).await;
                }
                statuses
            })
        })
        .collect();
    let mut owner = service.connect().await;
    for code in &first.codes[1..9] {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let body =
            redemption(&world, "owner", code, json!({ "device_token": device, "address": "192.0.2.1" }));
        let answer = owner.post("/v1/redemptions", &body, &format!("owner-{code}")).await;
        assert_eq!(answer.status, 201, "the owner was locked out: {}", answer.json());
    }
    // Two of each client, or as many of some: on a slow machine that takes longer than the owner does.
    heard.acquire_many(64 * 2).await.unwrap().forget();
    stop.store(true, Ordering::SeqCst);
    for client in flood {
        let statuses = client.await.unwrap();
        assert!(statuses.iter().all(|status| [422, 429].contains(status)), "{statuses:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_guesses_never_locks_the_owner_out_standard() {
    flood(StoreKind::Sqlite, Format::Standard).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_guesses_never_locks_the_owner_out_compact() {
    flood(StoreKind::Sqlite, Format::Compact).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_guesses_never_locks_the_owner_out_memory() {
    flood(StoreKind::Memory, Format::Numeric).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_guesses_never_locks_the_owner_out_two_nodes() {
    flood(StoreKind::Postgres, Format::Standard).await;
}
