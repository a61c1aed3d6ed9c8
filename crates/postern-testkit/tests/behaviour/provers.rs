//! Provers: an assertion is about one holder, one operation, one request, once, and for two minutes.

use std::time::Duration;

use postern_app::operator::Command;
use postern_app::{Client, Proof, Redemption, Rehearsal, SubjectName};
use postern_codes::Format;
use postern_core::kernel::Space;
use postern_core::ports::{Clock as _, Store as _};
use postern_testkit::{Redeem, StoreKind, TestProver, World, request};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::refused;

/// A redemption with this first factor; its bytes are what `body` is.
fn redemption(world: &World, code: &str, body: &Value, assertion: String) -> Redemption {
    Redemption {
        first_factor: Some(Proof::Assertion(assertion)),
        request: request(None, &body.to_string()),
        ..world.redemption("anna", code, Redeem::default())
    }
}

async fn world() -> (World, TestProver, Vec<String>) {
    let world = World::new(StoreKind::Sqlite).await;
    let prover = world.prover().await;
    for name in ["anna", "bert"] {
        world.subject(name).await;
    }
    let codes = world.issue("anna", Format::Standard).await.codes;
    (world, prover, codes)
}

#[tokio::test]
async fn an_assertion_is_used_once() {
    let (world, prover, codes) = world().await;
    let body = json!({ "a": 1 });
    let assertion = prover.assertion("redeem", "anna", &body, world.clock.now());
    world.app.redeem(&world.token, redemption(&world, &codes[0], &body, assertion.clone())).await.unwrap();
    let again = world.app.redeem(&world.token, redemption(&world, &codes[1], &body, assertion.clone())).await;
    assert_eq!(refused(again), "assurance-insufficient");
    world.clock.advance(Duration::from_secs(300));
    world.app.settle_due().await;
    let late = world.app.redeem(&world.token, redemption(&world, &codes[1], &body, assertion)).await;
    assert_eq!(refused(late), "assurance-insufficient");
    let report = world.app.verify(None, true).await.unwrap();
    assert!(report.verified, "{:?}", report.findings);
}

#[tokio::test]
async fn a_clock_that_is_ahead_for_a_while_gives_up_no_place_of_an_assertion() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        let prover = world.prover().await;
        world.subject("anna").await;
        let codes = world.issue("anna", Format::Standard).await.codes;
        let body = json!({ "a": 1 });
        let assertion = prover.assertion("redeem", "anna", &body, world.clock.now());
        let asked = |code| redemption(&world, code, &body, assertion.clone());
        world.app.redeem(&world.token, asked(&codes[0])).await.unwrap();
        let ahead = Duration::from_secs(2 * 3600);
        world.clock.advance(ahead);
        world.app.settle_due().await;
        world.clock.retreat(ahead);
        let again = world.other.redeem(&world.token, asked(&codes[1])).await;
        assert_eq!(refused(again), "assurance-insufficient");
        // Time has come so far, and something was recorded since.
        world.clock.advance(ahead);
        world.subject("bert").await;
        world.app.settle_due().await;
        let places = world.store.claims(world.tenant).await.unwrap();
        assert!(places.iter().all(|(claim, _)| claim.place.space != Space::Assertion), "{kind:?}");
    }
}

#[tokio::test]
async fn a_wrong_code_uses_the_assertion_up_too() {
    let (world, prover, codes) = world().await;
    let body = json!({ "a": 1 });
    let assertion = prover.assertion("redeem", "anna", &body, world.clock.now());
    let wrong = redemption(&world, "6N6NWS9B8BXYXXTK5NXFY9YZ2", &body, assertion.clone());
    assert_eq!(refused(world.app.redeem(&world.token, wrong).await), "code-not-accepted");
    let right = redemption(&world, &codes[0], &body, assertion);
    assert_eq!(refused(world.app.redeem(&world.token, right).await), "assurance-insufficient");
    assert!(world.app.verify(None, true).await.unwrap().verified);
}

#[tokio::test]
async fn every_claim_must_fit() {
    let (world, prover, codes) = world().await;
    let (body, now) = (json!({ "a": 1 }), world.clock.now());
    let good = prover.claims("redeem", "anna", &body, now);
    let changes: [(&str, Value); 9] = [
        ("iss", json!("https://other.test")),
        ("aud", json!("postern.test/other")),
        ("sub", json!("bert")),
        ("op", json!("stage")),
        ("acr", json!("aal3")),
        ("req", json!("AAAA")),
        ("exp", json!(now.seconds() + 121)),
        ("exp", json!(now.seconds())),
        ("auth_time", json!(now.seconds() - 601)),
    ];
    for (n, (claim, value)) in changes.into_iter().enumerate() {
        let mut claims = good.clone();
        claims[claim] = value;
        claims["jti"] = json!(format!("changed-{n}"));
        let asked = redemption(&world, &codes[0], &body, prover.sign(&claims));
        assert_eq!(refused(world.app.redeem(&world.token, asked).await), "assurance-insufficient", "{claim}");
    }
    let mut missing = good.clone();
    missing.as_object_mut().unwrap().remove("jti");
    let asked = redemption(&world, &codes[0], &body, prover.sign(&missing));
    assert_eq!(refused(world.app.redeem(&world.token, asked).await), "assurance-insufficient");
    let forged = TestProver::new(prover.id, &prover.issuer, &prover.audience, [43; 32]).sign(&good);
    let asked = redemption(&world, &codes[0], &body, forged);
    assert_eq!(refused(world.app.redeem(&world.token, asked).await), "assurance-insufficient");
    assert!(!world.names().await.contains(&"code.refused".to_owned()));
    let asked = redemption(&world, &codes[0], &body, prover.sign(&good));
    world.app.redeem(&world.token, asked).await.unwrap();
}

#[tokio::test]
async fn a_revoked_prover_vouches_for_nobody() {
    let (world, prover, codes) = world().await;
    let revoke = Command::ProverRevoke { tenant: world.tenant, prover: prover.id };
    world.app.operate("test", revoke).await.unwrap();
    let body = json!({ "a": 1 });
    let assertion = prover.assertion("redeem", "anna", &body, world.clock.now());
    let asked = redemption(&world, &codes[0], &body, assertion);
    assert_eq!(refused(world.app.redeem(&world.token, asked).await), "assurance-insufficient");
}

#[tokio::test]
async fn only_the_holder_rehearses_three_times_a_day_and_spends_nothing() {
    let (world, prover, codes) = world().await;
    let rehearse = |proof: Option<Proof>, code: &str| Rehearsal {
        subject: SubjectName::ExternalId("anna".to_owned()),
        code: Zeroizing::new(code.to_owned()),
        proof,
        client: Client::default(),
        request: request(None, "{}"),
    };
    let bare = Some(world.bare(postern_core::assurance::Level::Aal2));
    assert_eq!(
        refused(world.app.rehearse(&world.token, rehearse(bare, &codes[0])).await),
        "assurance-insufficient"
    );
    for n in 0..4 {
        world.clock.advance(Duration::from_secs(1));
        let assertion = prover.assertion("rehearse", "anna", &json!({}), world.clock.now());
        let answer =
            world.app.rehearse(&world.token, rehearse(Some(Proof::Assertion(assertion)), &codes[0])).await;
        if n < 3 {
            assert_eq!(answer.unwrap().tested_at, world.clock.now());
        } else {
            assert_eq!(refused(answer), "too-many-requests");
        }
    }
    let redeemed = world.redeem("anna", &codes[0], Redeem::default()).await.unwrap();
    assert_eq!(redeemed.remaining, 9);
    assert!(world.app.verify(None, true).await.unwrap().verified);
}
