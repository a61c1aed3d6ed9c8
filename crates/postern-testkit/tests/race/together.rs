//! What happens beside redemptions: the same request twice at once, and verification under load.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use postern_codes::Format;
use postern_testkit::{Redeem, StoreKind, World};

/// The same request twice at once: one spend, the same answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_retry_in_flight_is_the_same_request() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        world.subject("twice").await;
        let sheet = world.issue("twice", Format::Standard).await;
        for code in &sheet.codes[..5] {
            let how = || Redeem { key: Some(format!("same-{code}")), ..Redeem::default() };
            let (one, two) =
                tokio::join!(world.redeem("twice", code, how()), world.redeem("twice", code, how()));
            let (one, two) = (one.unwrap(), two.unwrap());
            assert_eq!(one.redemption, two.redemption);
            assert_eq!(one.device_token, two.device_token);
            assert_eq!(one.remaining, two.remaining);
        }
    }
}

/// Verification while everything is being written to raises no false alarm: the daily one runs like that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verification_under_load_finds_nothing() {
    verification_under_load(StoreKind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verification_under_load_finds_nothing_two_nodes() {
    verification_under_load(StoreKind::Postgres).await;
}

/// Rounds that the writers write at most: every verification reads all of it.
const WRITTEN: usize = 120;
/// Verifications at least.
const VERIFIED: usize = 5;

async fn verification_under_load(kind: StoreKind) {
    let world = Arc::new(World::new(kind).await);
    let (stop, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let (world, stop, written) = (Arc::clone(&world), Arc::clone(&stop), Arc::clone(&written));
            tokio::spawn(async move {
                let mut round = 0;
                while !stop.load(Ordering::SeqCst) && written.load(Ordering::SeqCst) < WRITTEN {
                    round += 1;
                    let name = format!("writer-{writer}-{round}");
                    world.subject(&name).await;
                    let sheet = world.issue(&name, Format::Standard).await;
                    for code in &sheet.codes[..4] {
                        world.redeem(&name, code, Redeem::default()).await.unwrap();
                    }
                    let nobody = format!("nobody-{writer}-{round}");
                    let _ = world.redeem(&nobody, &sheet.codes[0], Redeem::default()).await;
                    written.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    let mut verified = 0;
    while verified < VERIFIED || written.load(Ordering::SeqCst) < 40 {
        let report = world.app.verify(None, true).await.unwrap();
        assert!(report.verified, "{:?}", report.findings);
        verified += 1;
    }
    stop.store(true, Ordering::SeqCst);
    for writer in writers {
        writer.await.unwrap();
    }
}
