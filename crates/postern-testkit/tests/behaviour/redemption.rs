//! Redeeming: once, told well, slowed for strangers, never closed for the owner.

use std::time::Duration;

use postern_app::{Client, Problem, Proof, Redemption, Rehearsal, SubjectName};
use postern_codes::Format;
use postern_core::assurance::{BareClaim, Level};
use postern_core::ports::Clock as _;
use postern_core::subject::Purpose;
use postern_testkit::{Redeem, StoreKind, World, request};
use serde_json::json;
use zeroize::Zeroizing;

use crate::refused;

/// A well-formed compact code that belongs to nobody.
const GUESS: &str = "1258Y5G6C7RMPK84";

fn from(address: &str) -> Redeem {
    Redeem { address: Some(address.to_owned()), ..Redeem::default() }
}

#[tokio::test]
async fn every_format_redeems_once_corrected_restored_and_without_its_prefix() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        for format in Format::ALL {
            let name = format.name();
            world.subject(name).await;
            let sheet = world.issue(name, format).await;
            world.redeem(name, &sheet.codes[0].to_lowercase(), Redeem::default()).await.unwrap();
            assert_eq!(
                refused(world.redeem(name, &sheet.codes[0], Redeem::default()).await),
                "code-not-accepted"
            );
            world.redeem(name, &sheet.codes[1][5..], Redeem::default()).await.unwrap();
            let unreadable = format!("{}?", &sheet.codes[2][..sheet.codes[2].len() - 1]);
            world.redeem(name, &unreadable, Redeem::default()).await.unwrap();
            if format != Format::Numeric {
                let last = sheet.codes[3].chars().last().unwrap();
                let slip = format!(
                    "{}{}",
                    &sheet.codes[3][..sheet.codes[3].len() - 1],
                    if last == 'Z' { 'Y' } else { 'Z' }
                );
                let redeemed = world.redeem(name, &slip, Redeem::default()).await.unwrap();
                assert_eq!(redeemed.corrected_position.map(usize::from), Some(format.symbols()));
            }
        }
        assert!(world.app.verify(None, true).await.unwrap().verified);
    }
}

#[tokio::test]
async fn what_is_no_code_is_told_and_costs_no_attempt() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    let sheet = world.issue("anna", Format::Compact).await;
    for (typed, name) in [
        ("", "code-mistyped"),
        ("PSTN-6N6N", "code-mistyped"),
        ("OTHER-6N6NW-S9B8B-XYXXT-K5NXF-Y9YZ2", "other-service"),
    ] {
        assert_eq!(refused(world.redeem("anna", typed, Redeem::default()).await), name, "{typed}");
    }
    let two = format!("{} {}", sheet.codes[0], sheet.codes[1]);
    assert_eq!(refused(world.redeem("anna", &two, Redeem::default()).await), "several-codes");
    let names = world.names().await;
    assert!(!names.contains(&"code.refused".to_owned()));
    // They are facts in sums: the first at once, the others when their minute is over.
    assert_eq!(names.iter().filter(|name| *name == "redemption.throttled").count(), 1);
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(world.app.flush_sums().await, 1);
}

#[tokio::test]
async fn typos_have_a_budget() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    let mut last = "";
    for _ in 0..31 {
        last = refused(world.redeem("anna", "PSTN-1", from("192.0.2.1")).await);
    }
    assert_eq!(last, "too-many-requests");
    assert_eq!(refused(world.redeem("anna", "PSTN-1", from("198.51.100.1")).await), "code-mistyped");
}

#[tokio::test]
async fn strangers_close_their_own_class_and_the_known_device_goes_on() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    let sheet = world.issue("anna", Format::Compact).await;
    let device =
        world.redeem("anna", &sheet.codes[0], Redeem::default()).await.unwrap().device_token.to_string();
    let known = || Redeem { device: Some(device.clone()), ..Redeem::default() };
    let mut waited = false;
    for round in 0..50 {
        let mut answer = world.redeem("anna", GUESS, from(&format!("10.{round}.0.1"))).await;
        if let Err(Problem::TooManyAttempts { after: Some(after) }) = answer {
            waited = true;
            world.clock.advance(after);
            answer = world.redeem("anna", GUESS, from(&format!("10.{round}.0.1"))).await;
        }
        assert_eq!(refused(answer), "code-not-accepted", "guess {round}");
    }
    assert!(waited);
    world.clock.advance(Duration::from_secs(73 * 3600));
    let closed = world.redeem("anna", &sheet.codes[1], from("10.99.0.1")).await;
    assert_eq!(closed.err(), Some(Problem::TooManyAttempts { after: None }));
    world.redeem("anna", &sheet.codes[1], known()).await.unwrap();
    // An accepted code clears the counts.
    world.redeem("anna", &sheet.codes[2], from("10.99.0.1")).await.unwrap();
}

#[tokio::test]
async fn a_device_token_is_of_one_subject_one_age_and_not_forged() {
    let world = World::new(StoreKind::Memory).await;
    for name in ["anna", "bert"] {
        world.subject(name).await;
    }
    let anna = world.issue("anna", Format::Standard).await;
    let bert = world.issue("bert", Format::Standard).await;
    let token =
        world.redeem("anna", &anna.codes[0], Redeem::default()).await.unwrap().device_token.to_string();
    let with = |token: &str| Redeem {
        device: Some(token.to_owned()),
        address: Some("192.0.2.1".to_owned()),
        key: None,
    };
    // A young token is given back, so that it may grow old.
    let again = world.redeem("anna", &anna.codes[1], with(&token)).await.unwrap().device_token.to_string();
    assert_eq!(again, token);
    let other = world.redeem("bert", &bert.codes[0], with(&token)).await.unwrap().device_token.to_string();
    assert_ne!(other, token);
    let forged = token.replace(&token[12..14], "zz");
    assert_ne!(
        world.redeem("anna", &anna.codes[2], with(&forged)).await.unwrap().device_token.as_str(),
        forged
    );
    // Near its end it is renewed.
    world.clock.advance(Duration::from_secs(155 * 86_400));
    let renewed = world.redeem("anna", &anna.codes[3], with(&token)).await.unwrap().device_token.to_string();
    assert_ne!(renewed, token);
}

#[tokio::test]
async fn a_used_up_stretched_set_is_suspended_for_good() {
    let world = World::new(StoreKind::Memory).await;
    let prover = world.prover().await;
    world.subject("anna").await;
    let sheet = world.issue("anna", Format::Compact).await;
    let device =
        world.redeem("anna", &sheet.codes[0], Redeem::default()).await.unwrap().device_token.to_string();
    world.clock.advance(Duration::from_secs(73 * 3600));
    for (round, device) in
        (0..50).map(|round| (round, None)).chain((50..80).map(|round| (round, Some(device.clone()))))
    {
        let how = || Redeem { device: device.clone(), address: Some(format!("10.{round}.0.1")), key: None };
        while let Err(Problem::TooManyAttempts { after: Some(after) }) =
            world.redeem("anna", GUESS, how()).await
        {
            world.clock.advance(after);
        }
    }
    for round in 0..20 {
        loop {
            let body = json!({ "subject": { "external_id": "anna" } });
            let assertion = prover.assertion("rehearse", "anna", &body, world.clock.now());
            let rehearsal = Rehearsal {
                subject: SubjectName::ExternalId("anna".to_owned()),
                code: Zeroizing::new(GUESS.to_owned()),
                proof: Some(Proof::Assertion(assertion)),
                client: Client::default(),
                request: request(None, &body.to_string()),
            };
            match world.app.rehearse(&world.token, rehearsal).await {
                Err(Problem::TooManyAttempts { after: Some(after) }) => world.clock.advance(after),
                Err(Problem::CodeNotAccepted { .. }) => break,
                other => panic!("round {round}: {other:?}"),
            }
        }
    }
    assert_eq!(world.names().await.last().map(String::as_str), Some("code_set.suspended"));
    let how = Redeem { device: Some(device), ..Redeem::default() };
    assert!(world.redeem("anna", &sheet.codes[1], how).await.is_err(), "a suspended set accepted a code");
    let renewed = world.issue("anna", Format::Compact).await;
    world.redeem("anna", &renewed.codes[1], Redeem::default()).await.unwrap();
    let report = world.app.verify(None, true).await.unwrap();
    assert!(report.verified, "{:?}", report.findings);
}

#[tokio::test]
async fn spent_codes_are_no_guesses_and_old_ones_ring_once_a_day() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    let old = world.issue("anna", Format::Standard).await;
    let new = world.issue("anna", Format::Standard).await;
    world.redeem("anna", &new.codes[0], Redeem::default()).await.unwrap();
    for _ in 0..12 {
        assert_eq!(
            refused(world.redeem("anna", &new.codes[0], from("192.0.2.1")).await),
            "code-not-accepted"
        );
    }
    for code in &old.codes[..3] {
        assert_eq!(refused(world.redeem("anna", code, from("192.0.2.1")).await), "code-not-accepted");
    }
    let query = postern_app::EventQuery { after: None, limit: 500, subject: None, wait: Duration::ZERO };
    let events = world.app.events(&world.token, query).await.unwrap();
    let rings =
        events.items.iter().filter(|event| String::from_utf8_lossy(&event.bytes).contains("\"alarm\":true"));
    assert_eq!(rings.count(), 1);
}

#[tokio::test]
async fn a_first_factor_is_required_fresh_and_not_from_the_future() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    let sheet = world.issue("anna", Format::Standard).await;
    let with = |proof: Option<Proof>| Redemption {
        first_factor: proof,
        ..world.redemption("anna", &sheet.codes[0], Redeem::default())
    };
    let bare = |at| Some(Proof::Bare(BareClaim { at, level: Level::Aal1, method: "pwd".to_owned() }));
    assert_eq!(refused(world.app.redeem(&world.token, with(None)).await), "first-factor-required");
    let old = world.clock.now().minus(Duration::from_secs(601));
    assert_eq!(refused(world.app.redeem(&world.token, with(bare(old))).await), "first-factor-required");
    let early = world.clock.now().plus(Duration::from_secs(31));
    assert_eq!(refused(world.app.redeem(&world.token, with(bare(early))).await), "first-factor-required");
    let recovery = Redemption {
        purpose: Purpose::AccountRecovery,
        ..world.redemption("anna", &sheet.codes[0], Redeem::default())
    };
    assert_eq!(refused(world.app.redeem(&world.token, recovery).await), "second-proof-required");
    assert!(!world.names().await.contains(&"code.refused".to_owned()), "a stranger moved a counter");
    world.redeem("anna", &sheet.codes[0], Redeem::default()).await.unwrap();
}

#[tokio::test]
async fn a_receipt_that_was_not_signed_is_given_to_who_asks_again() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    let sheet = world.issue("anna", Format::Standard).await;
    let once = || Redeem { key: Some("once".to_owned()), ..Redeem::default() };
    // The code is spent when the signature is asked for: "nothing changed" would not be true.
    world.keys.signs(false);
    for _ in 0..2 {
        assert_eq!(refused(world.redeem("anna", &sheet.codes[0], once()).await), "outcome-unknown");
    }
    world.keys.signs(true);
    assert!(world.redeem("anna", &sheet.codes[0], once()).await.unwrap().replayed);
    assert_eq!(world.names().await.iter().filter(|name| *name == "code.spent").count(), 1);
}

#[tokio::test]
async fn a_key_service_that_waits_does_so_off_the_async_threads_and_answers_the_same() {
    let world = World::new(StoreKind::Memory).await;
    world.keys.waiting(true);
    world.subject("anna").await;
    let sheet = world.issue("anna", Format::Standard).await;
    world.redeem("anna", &sheet.codes[0], Redeem::default()).await.unwrap();
    assert_eq!(refused(world.redeem("anna", &sheet.codes[0], Redeem::default()).await), "code-not-accepted");
    assert!(world.app.verify(None, true).await.unwrap().verified);
}

#[tokio::test]
async fn a_missing_key_service_weakens_nothing() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    let sheet = world.issue("anna", Format::Standard).await;
    world.keys.answers(false);
    assert_eq!(refused(world.redeem("anna", &sheet.codes[0], Redeem::default()).await), "unavailable");
    assert_eq!(refused(world.stage("anna", Format::Standard).await), "unavailable");
    world.keys.answers(true);
    world.redeem("anna", &sheet.codes[0], Redeem::default()).await.unwrap();
}
