//! The long form: the time of an answer over loopback, reasons in random order. It must find a difference that is
//! planted in the key service for one subject (50 µs in memory, more where a disk has noise of its own), and must not
//! find one between two of a kind. Never part of an ordinary run: what a machine does besides is no promise.

use std::time::{Duration, Instant};

use postern_codes::Format;
use postern_server::Limits;
use postern_testkit::{Service, StoreKind, World};
use serde_json::json;

use crate::answers::Wire;
use crate::cases::{Case, cases};
use crate::guess;
use crate::statistics::compare;

/// What is called found.
const FOUND: f64 = 1e-6;
/// Samples of each reason.
const SAMPLES: usize = 10_000;
/// Samples before it counts.
const WARM: usize = 300;

/// Two more subjects with a wrong word each: one of a kind with the first, one with a difference planted. And a wrong word for
/// the subject that has a canary, whose set has one verifier more than the others.
async fn more(world: &World, planted: Duration) -> Vec<Case> {
    let subject = json!({ "external_id": "canary" });
    let mut more = vec![Case { why: "beside", subject, word: guess(Format::Standard).to_owned() }];
    for why in ["again", "planted"] {
        let id = world.subject(why).await;
        world.issue(why, Format::Standard).await;
        more.push(Case {
            why,
            subject: json!({ "external_id": why }),
            word: guess(Format::Standard).to_owned(),
        });
        if why == "planted" {
            world.keys.slow(id, planted);
        }
    }
    more
}

#[expect(clippy::disallowed_methods, reason = "it measures time")]
async fn timed(wire: &mut Wire, request: &[u8]) -> u64 {
    let begun = Instant::now();
    let answer = wire.exchange(request).await;
    let took = begun.elapsed();
    assert!(answer.starts_with("HTTP/1.1 422 "), "{answer}");
    took.as_nanos().try_into().unwrap()
}

async fn measured(kind: StoreKind, samples: usize, planted: Duration) {
    let world = World::new(kind).await;
    let wanted = ["wrong", "spent", "old", "canary", "nobody"];
    let all = cases(&world, Format::Standard).await;
    let mut cases: Vec<Case> = all.into_iter().filter(|case| wanted.contains(&case.why)).collect();
    cases.extend(more(&world, planted).await);
    let limits = Limits { requests_per_connection: usize::MAX, ..Limits::SHIPPED };
    let service = Service::start_with(&world, limits).await;
    let mut wire = Wire::connect(&service.authority).await;
    let mut times: Vec<Vec<u64>> = vec![Vec::new(); cases.len()];
    let mut state = 42u64;
    for round in 0..WARM + samples {
        // Every reason once a round, in another order each time.
        let mut order: Vec<usize> = (0..cases.len()).collect();
        for last in (1..order.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            order.swap(last, usize::try_from(state >> 33).unwrap() % (last + 1));
        }
        for at in order {
            let request = wire.request(&world, &cases[at]);
            let took = timed(&mut wire, &request).await;
            if round >= WARM {
                times[at].push(took);
            }
        }
    }
    let of = |why: &str| &times[cases.iter().position(|case| case.why == why).unwrap()];
    let wrong = of("wrong");
    for case in cases.iter().filter(|case| case.why != "wrong") {
        let found = compare(wrong, of(case.why));
        println!(
            "{kind:?}: wrong (median {:.0} µs) and {:<8} {:+7.1} µs, p = {:.2e}",
            found.median, case.why, found.shift, found.p
        );
    }
    let canary = compare(of("beside"), of("canary"));
    println!(
        "{kind:?}: a wrong word and the canary of one subject {:+7.1} µs, p = {:.2e}",
        canary.shift, canary.p
    );
    let (again, slower) = (compare(wrong, of("again")), compare(wrong, of("planted")));
    assert!(again.p > FOUND, "two of a kind were told apart: {again:?}");
    assert!(slower.p < FOUND && slower.shift > 0.0, "a planted difference was not found: {slower:?}");
    for case in cases.iter().filter(|case| !["wrong", "again", "planted"].contains(&case.why)) {
        let found = compare(wrong, of(case.why));
        let small = found.shift.abs() < planted.as_micros() as f64;
        assert!(found.p > FOUND || small, "{} is told apart by time: {found:?}", case.why);
    }
}

#[tokio::test]
async fn time_tells_nothing_apart_memory() {
    if std::env::var_os("POSTERN_LONG").is_some() {
        measured(StoreKind::Memory, SAMPLES, Duration::from_micros(50)).await;
    }
}

#[tokio::test]
async fn time_tells_nothing_apart_sqlite() {
    if std::env::var_os("POSTERN_LONG").is_some() {
        measured(StoreKind::Sqlite, SAMPLES / 4, Duration::from_micros(500)).await;
    }
}
