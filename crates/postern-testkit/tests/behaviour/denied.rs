//! Denied calls: of a key that is really an application's they are events, of anything else they are none.

use std::sync::Arc;
use std::time::Duration;

use postern_app::operator::NewApplication;
use postern_app::{EventQuery, SubjectName};
use postern_codes::Format;
use postern_core::application::{Bound, Origin, Scope, Token};
use postern_core::ids::{ApplicationId, ApplicationKeyId};
use postern_core::kernel::EventHead;
use postern_core::tenant::Tier;
use postern_testkit::{Redeem, StoreKind, World};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::refused;

/// What events say of denied calls, without their times: object, outcome, count, scope, reason.
async fn denied(world: &World) -> Vec<Value> {
    denied_to(world, &world.token).await
}

/// The same, read with another key.
async fn denied_to(world: &World, token: &Arc<Token>) -> Vec<Value> {
    let query = EventQuery { after: None, limit: 500, subject: None, wait: Duration::ZERO };
    let page = world.app.events(token, query).await.unwrap();
    let heads = page.items.iter().map(|event| EventHead::read(&event.bytes).unwrap());
    let ours = heads.filter(|head| head.r#type == "access.denied");
    ours.map(|head| {
        let fact: Value = serde_json::from_str(head.fact.get()).unwrap();
        json!([head.object, fact["key"], fact["count"], fact["scope"], fact["why"]])
    })
    .collect()
}

fn forged(token: &Token, application: ApplicationId) -> Arc<Token> {
    let key = ApplicationKeyId { application, number: token.key.number };
    Arc::new(Token::new(token.tenant, key, Zeroizing::new([9; 20])))
}

#[tokio::test]
async fn denied_calls_are_events_and_no_caller_makes_more_than_one_in_ten_minutes_of_them() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        world.subject("anna").await;
        let sheet = world.issue("anna", Format::Standard).await;
        let reader = world.application(&[Scope::SubjectsRead], &[], None).await;
        let before = world.names().await.len();
        let denials = async || {
            for _ in 0..40 {
                let redemption = world.redemption("anna", &sheet.codes[0], Redeem::default());
                assert_eq!(refused(world.app.redeem(&reader, redemption).await), "scope-missing");
            }
        };
        denials().await;
        assert_eq!(world.names().await.len(), before, "an event is made by the call itself");
        let object = reader.key.application.to_string();
        let event = |count: u32| json!([object, 1, count, "redeem", "scope-missing"]);
        world.app.flush_sums().await;
        assert_eq!(denied(&world).await, [event(40)]);
        for _ in 0..9 {
            denials().await;
            world.clock.advance(Duration::from_secs(60));
            world.app.flush_sums().await;
        }
        assert_eq!(denied(&world).await.len(), 1);
        world.clock.advance(Duration::from_secs(60));
        world.app.flush_sums().await;
        assert_eq!(denied(&world).await, [event(40), event(360)]);
        assert_eq!(world.names().await.len(), before + 2);
        // The application works on as it did, and its row is what its events make.
        assert!(world.app.subject(&reader, &SubjectName::ExternalId("anna".to_owned())).await.is_ok());
        assert!(world.app.verify(None, true).await.unwrap().verified);
    }
}

#[tokio::test]
async fn a_tier_out_of_reach_and_a_wrong_address_are_told_apart() {
    let world = World::new(StoreKind::Memory).await;
    world.app.create_subject(&world.token, crate::authority::new("boss", Tier::Privileged)).await.unwrap();
    let new = NewApplication {
        name: "bound".to_owned(),
        scopes: vec![Scope::SubjectsRead],
        tiers: vec![Tier::Standard],
        enforces: Vec::new(),
        caps: None,
        trusted_backend: false,
        bound: Bound { addresses: vec!["192.0.2.0/24".parse().unwrap()], certificates: Vec::new() },
    };
    let (_, key) = world.app.operator("test").create_application(world.tenant, new).await.unwrap();
    let from = |address: &str| {
        let origin = Origin { address: address.parse().ok(), certificate: None };
        Arc::new(Token::parse(&key).unwrap().coming_from(origin))
    };
    let boss = SubjectName::ExternalId("boss".to_owned());
    assert_eq!(refused(world.app.subject(&from("192.0.2.7"), &boss).await), "scope-missing");
    // Outside it is what any wrong key is.
    assert_eq!(refused(world.app.subject(&from("198.51.100.7"), &boss).await), "key-unknown");
    assert_eq!(refused(world.app.subject(&from("198.51.100.7"), &boss).await), "key-unknown");
    world.app.flush_sums().await;
    let object = from("192.0.2.7").key.application.to_string();
    let expected = [
        json!([object, 1, 2, "subjects:read", "origin"]),
        json!([object, 1, 1, "subjects:read", "scope-missing"]),
    ];
    assert_eq!(denied(&world).await, expected);
}

#[tokio::test]
async fn keys_that_nobody_has_make_no_event_at_all() {
    let world = World::new(StoreKind::Memory).await;
    let before = world.names().await.len();
    let anna = SubjectName::ExternalId("anna".to_owned());
    for application in [world.token.key.application, ApplicationId::new([7; 16])] {
        let token = forged(&world.token, application);
        for _ in 0..20 {
            assert_eq!(refused(world.app.subject(&token, &anna).await), "key-unknown");
        }
    }
    world.app.flush_sums().await;
    world.clock.advance(Duration::from_secs(3600));
    world.app.flush_sums().await;
    assert_eq!(world.names().await.len(), before);
}

#[tokio::test]
async fn a_key_whose_time_is_over_is_told_from_one_that_never_was() {
    let world = World::new(StoreKind::Memory).await;
    let (tenant, application) = (world.tenant, world.token.key.application);
    let rotate = postern_app::operator::Command::ApplicationKeyRotate {
        tenant,
        application,
        overlap: 60,
        expires_at: None,
    };
    let made = world.app.operate("test", rotate).await.unwrap();
    world.clock.advance(Duration::from_secs(60));
    let anna = SubjectName::ExternalId("anna".to_owned());
    assert_eq!(refused(world.app.subject(&world.token, &anna).await), "key-unknown");
    world.app.flush_sums().await;
    let new = Arc::new(Token::parse(made["key"].as_str().unwrap()).unwrap());
    assert_eq!(
        denied_to(&world, &new).await,
        [json!([application.to_string(), 1, 1, "subjects:read", "key-ended"])]
    );
}

#[tokio::test]
async fn sums_that_a_failing_store_did_not_take_are_recorded_when_it_takes_them_again() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    let sheet = world.issue("anna", Format::Standard).await;
    let reader = world.application(&[Scope::SubjectsRead], &[], None).await;
    let refused_twice = async || {
        let redemption = world.redemption("anna", &sheet.codes[0], Redeem::default());
        assert_eq!(refused(world.app.redeem(&reader, redemption).await), "scope-missing");
        assert_eq!(refused(world.redeem("anna", "PSTN-1", Redeem::default()).await), "code-mistyped");
    };
    world.store.refuses(true);
    for _ in 0..3 {
        refused_twice().await;
        assert_eq!(world.app.flush_sums().await, 0);
        world.clock.advance(Duration::from_secs(61));
    }
    assert_eq!(world.app.flush_last_sums().await, 2, "what is lost is not said");
    for _ in 0..3 {
        refused_twice().await;
        world.app.flush_sums().await;
        world.clock.advance(Duration::from_secs(61));
    }
    world.store.refuses(false);
    assert_eq!(world.app.flush_sums().await, 2);
    let object = reader.key.application.to_string();
    assert_eq!(denied(&world).await, [json!([object, 1, 3, "redeem", "scope-missing"])]);
    assert_eq!(throttled(&world).await, [json!(3)]);
    // With everything recorded nothing is told twice.
    world.clock.advance(Duration::from_secs(3600));
    assert_eq!((world.app.flush_sums().await, world.app.flush_last_sums().await), (0, 0));
    assert_eq!(throttled(&world).await.len(), 1);
    assert!(world.app.verify(None, true).await.unwrap().verified);
}

#[tokio::test]
async fn the_last_sums_are_recorded_before_their_time_is_over() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    let sheet = world.issue("anna", Format::Standard).await;
    let reader = world.application(&[Scope::SubjectsRead], &[], None).await;
    for round in 0..3 {
        let redemption = world.redemption("anna", &sheet.codes[0], Redeem::default());
        assert_eq!(refused(world.app.redeem(&reader, redemption).await), "scope-missing");
        assert_eq!(refused(world.redeem("anna", "PSTN-1", Redeem::default()).await), "code-mistyped");
        if round == 0 {
            world.app.flush_sums().await;
        }
    }
    assert_eq!(world.app.flush_sums().await, 0, "their minutes are not over");
    assert_eq!(world.app.flush_last_sums().await, 0);
    let object = reader.key.application.to_string();
    let event = |count: u32| json!([object, 1, count, "redeem", "scope-missing"]);
    assert_eq!(denied(&world).await, [event(1), event(2)]);
    assert_eq!(throttled(&world).await, [json!(1), json!(2)]);
}

/// How many words each event says that were not tested.
async fn throttled(world: &World) -> Vec<Value> {
    let query = EventQuery { after: None, limit: 500, subject: None, wait: Duration::ZERO };
    let page = world.app.events(&world.token, query).await.unwrap();
    let heads = page.items.iter().map(|event| EventHead::read(&event.bytes).unwrap());
    let ours = heads.filter(|head| head.r#type == "redemption.throttled");
    let count = |head: EventHead| serde_json::from_str::<Value>(head.fact.get()).unwrap()["count"].clone();
    ours.map(count).collect()
}
