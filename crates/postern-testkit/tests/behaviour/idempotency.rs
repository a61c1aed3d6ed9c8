//! Retries: the same request has the same answer, and a lost answer never costs a code.

use std::time::Duration;

use postern_codes::Format;
use postern_testkit::{Redeem, StoreKind, World};

use crate::refused;

fn key(key: &str) -> Redeem {
    Redeem { key: Some(key.to_owned()), ..Redeem::default() }
}

#[tokio::test]
async fn an_accepted_answer_repeats_for_ten_minutes_and_is_then_only_known() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        world.subject("anna").await;
        let sheet = world.issue("anna", Format::Standard).await;
        let first = world.redeem("anna", &sheet.codes[0], key("one")).await.unwrap();
        assert!(!first.replayed);
        world.clock.advance(Duration::from_secs(9 * 60));
        let again = world.redeem("anna", &sheet.codes[0], key("one")).await;
        // The bare claim's time moved with the clock, but the request's bytes are the same.
        let again = again.unwrap();
        assert!(again.replayed);
        assert_eq!(
            (first.redemption, first.remaining, first.set),
            (again.redemption, again.remaining, again.set)
        );
        assert_eq!(first.device_token, again.device_token);
        assert_eq!(first.restrictions, again.restrictions);
        world.clock.advance(Duration::from_secs(60));
        assert_eq!(refused(world.redeem("anna", &sheet.codes[0], key("one")).await), "already-answered");
        assert_eq!(world.names().await.iter().filter(|name| *name == "code.spent").count(), 1);
    }
}

#[tokio::test]
async fn the_same_key_with_another_code_is_another_request() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    let sheet = world.issue("anna", Format::Standard).await;
    world.redeem("anna", &sheet.codes[0], key("one")).await.unwrap();
    assert_eq!(refused(world.redeem("anna", &sheet.codes[1], key("one")).await), "idempotency-key-reused");
    world.redeem("anna", &sheet.codes[1], key("two")).await.unwrap();
}

#[tokio::test]
async fn a_refused_answer_repeats_without_counting_again() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    world.issue("anna", Format::Compact).await;
    for _ in 0..11 {
        assert_eq!(refused(world.redeem("anna", "1258Y5G6C7RMPK84", key("one")).await), "code-not-accepted");
    }
    // It is answered again ten times an hour: what is typed with a known key is tried without being counted.
    assert_eq!(refused(world.redeem("anna", "1258Y5G6C7RMPK84", key("one")).await), "too-many-requests");
    assert_eq!(world.names().await.iter().filter(|name| *name == "code.refused").count(), 1);
}

#[tokio::test]
async fn eight_granted_answers_a_day_are_remembered_and_never_forgotten_early() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    let sheet = world.issue("anna", Format::Standard).await;
    for code in &sheet.codes[..7] {
        world.redeem("anna", code, Redeem::default()).await.unwrap();
    }
    assert_eq!(refused(world.redeem("anna", &sheet.codes[7], Redeem::default()).await), "too-many-requests");
    world.clock.advance(Duration::from_secs(86_460));
    world.redeem("anna", &sheet.codes[7], Redeem::default()).await.unwrap();
}

#[tokio::test]
async fn a_staged_set_shows_its_codes_once() {
    let world = World::new(StoreKind::Sqlite).await;
    world.subject("anna").await;
    let mut first = world.staging("anna", Format::Standard);
    first.request = postern_testkit::request(Some("stage".to_owned()), "stage");
    let mut again = world.staging("anna", Format::Standard);
    again.request = postern_testkit::request(Some("stage".to_owned()), "stage");
    let first = world.app.stage(&world.token, first).await.unwrap();
    let again = world.app.stage(&world.token, again).await.unwrap();
    assert!(first.codes.is_some() && again.codes.is_none());
    assert_eq!(first.set, again.set);
}
