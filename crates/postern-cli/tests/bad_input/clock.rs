//! A clock that jumps hours and days, both ways, between requests and while they are decided.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use postern_app::EventQuery;
use postern_codes::Format;
use postern_core::kernel::EventHead;
use postern_testkit::{Redeem, StoreKind, World};

const HOUR: Duration = Duration::from_secs(3_600);

/// What was spent stays spent, event time never goes back, and nothing is left half done.
async fn is_whole(world: &World, spent: usize) {
    let query = EventQuery { after: None, limit: 500, subject: None, wait: Duration::ZERO };
    world.app.number_pending().await;
    let events = world.app.events(&world.token, query).await.unwrap().items;
    let heads: Vec<EventHead> = events.iter().map(|event| EventHead::read(&event.bytes).unwrap()).collect();
    let of = |object: &str| {
        heads.iter().filter(|head| head.object == object).map(|head| head.time).collect::<Vec<_>>()
    };
    for head in &heads {
        assert!(of(&head.object).is_sorted(), "event time went back in {}", head.object);
    }
    assert_eq!(heads.iter().filter(|head| head.r#type == "code.spent").count(), spent);
    let report = world.app.verify(None, true).await.unwrap();
    assert!(report.verified, "{:?}", report.findings);
}

async fn jumps_between_requests(kind: StoreKind) {
    let world = World::new(kind).await;
    world.subject("anna").await;
    let sheet = world.issue("anna", Format::Standard).await;
    let jumps: [(bool, Duration); 6] = [
        (true, HOUR),
        (false, HOUR * 2),
        (true, HOUR * 48),
        (false, HOUR * 47),
        (false, HOUR * 30 * 24),
        (true, HOUR * 24 * 60),
    ];
    let mut spent = 0;
    for (n, (forward, span)) in jumps.into_iter().enumerate() {
        if forward {
            world.clock.advance(span);
        } else {
            world.clock.retreat(span);
        }
        // The application's clock jumps too, so its word about the first factor is not from the future: what counts is
        // that a refusal is one of the list and a success spends one code once.
        let first = world.redeem("anna", &sheet.codes[n], Redeem::default()).await;
        spent += usize::from(first.is_ok());
        let again = world.redeem("anna", &sheet.codes[n], Redeem::default()).await;
        assert!(again.is_err(), "a code was accepted twice over a jump");
        for problem in [first.err(), again.err()].into_iter().flatten() {
            assert!(!["unavailable", "outcome-unknown"].contains(&problem.name()), "{problem:?}");
        }
        is_whole(&world, spent).await;
    }
    assert!(spent >= 3, "only {spent}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_between_requests_breaks_nothing() {
    for kind in StoreKind::ALL {
        jumps_between_requests(kind).await;
    }
}

async fn jumps_during_requests(kind: StoreKind) {
    let world = Arc::new(World::new(kind).await);
    let stop = Arc::new(AtomicBool::new(false));
    let mut sheets = Vec::new();
    for n in 0..8 {
        let name = format!("subject-{n}");
        world.subject(&name).await;
        sheets.push((name.clone(), world.issue(&name, Format::Standard).await));
    }
    let jumping = {
        let (world, stop) = (Arc::clone(&world), Arc::clone(&stop));
        tokio::spawn(async move {
            let mut forward = true;
            while !stop.load(Ordering::SeqCst) {
                if forward {
                    world.clock.advance(HOUR * 30);
                } else {
                    world.clock.retreat(HOUR * 30);
                }
                forward = !forward;
                tokio::task::yield_now().await;
            }
        })
    };
    let mut spent = 0;
    for code in 0..6 {
        for (name, sheet) in &sheets {
            // Twice at once: at most one of them is accepted, whatever the time is.
            let (one, two) = tokio::join!(
                world.redeem(name, &sheet.codes[code], Redeem::default()),
                world.redeem(name, &sheet.codes[code], Redeem::default()),
            );
            let accepted = usize::from(one.is_ok()) + usize::from(two.is_ok());
            assert!(accepted <= 1, "a code was accepted twice while the clock jumped");
            spent += accepted;
        }
    }
    stop.store(true, Ordering::SeqCst);
    jumping.await.unwrap();
    assert!(spent > 0, "nothing was accepted at all");
    is_whole(&world, spent).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_while_requests_are_decided_breaks_nothing() {
    for kind in StoreKind::ALL {
        jumps_during_requests(kind).await;
    }
}
