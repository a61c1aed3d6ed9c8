//! Places under caps: each act of an application took one, and one that is missing is named.

use std::sync::Arc;
use std::time::Duration;

use postern_app::operator::Command;
use postern_app::{BulkRevocation, LeakQuestion, Proof, RevokedOf, Staging, SubjectName};
use postern_codes::Format;
use postern_core::application::{Caps, Scope, Token};
use postern_core::ids::SubjectId;
use postern_core::kernel::{Key, Kind};
use postern_core::ports::Clock as _;
use postern_core::subject::fact::{RevokeReason, StageReason};
use postern_core::tenant::{LeakPolicy, Tier};
use postern_testkit::{Redeem, Sheet, StoreKind, World, request};
use serde_json::json;
use zeroize::Zeroizing;

use crate::refused;

/// What takes a place, each about somebody with a set.
const COUNTED: [&str; 7] = ["again", "bulk", "code", "leaver", "lost", "revoked", "waiting"];
/// What takes none.
const UNCOUNTED: [&str; 3] = ["discarded", "erased", "found"];

const MISSING: &str = "the place under a cap that an application took for it is missing";

async fn capped(world: &World) -> Arc<Token> {
    let scopes = [Scope::SetsStage, Scope::SetsRevoke, Scope::SubjectsLeave, Scope::Leaks];
    world.application(&scopes, &["enrol"], Some(Caps::SHIPPED)).await
}

/// Everything that an application may do, each to another subject, within one millisecond.
async fn act(world: &World, token: &Arc<Token>) -> Vec<SubjectId> {
    let (app, prover) = (&world.app, world.prover().await);
    let mut subjects = Vec::new();
    for name in COUNTED.iter().chain(&UNCOUNTED) {
        let subject = world.subject(name).await;
        subjects.push(subject);
        let sheet = world.issue(name, Format::Standard).await;
        let (lost, key) = (RevokeReason::Lost, request(None, name));
        let staging = || world.staging(name, Format::Standard);
        match *name {
            "again" => {
                app.stage(token, staging()).await.unwrap();
                app.stage(token, staging()).await.unwrap();
            }
            "bulk" => {
                let subjects = vec![SubjectName::ExternalId("bulk".to_owned())];
                let asked = BulkRevocation { reason: lost, subjects, request: key };
                app.revoke_many(token, &asked).await.unwrap();
            }
            "code" => app.revoke(token, sheet.set, Some(3), lost, &key).await.unwrap(),
            "leaver" => app.leave(token, subject).await.unwrap(),
            "lost" => {
                let body = json!({ "lost": 1 });
                let proof = Some(Proof::Assertion(prover.assertion("stage", name, &body, world.clock.now())));
                let request = request(None, &body.to_string());
                let staging = Staging { reason: StageReason::Lost, proof, request, ..staging() };
                app.stage(token, staging).await.unwrap();
            }
            "revoked" => app.revoke(token, sheet.set, None, lost, &key).await.unwrap(),
            "waiting" => {
                let set = world.stage(name, Format::Standard).await.unwrap().set;
                app.revoke(token, set, None, RevokeReason::Compromised, &key).await.unwrap();
            }
            "discarded" => {
                let set = world.stage(name, Format::Standard).await.unwrap().set;
                app.discard(token, set).await.unwrap();
            }
            "erased" => drop(app.request_erasure(token, subject).await.unwrap()),
            "found" => {
                let asked = LeakQuestion {
                    words: vec![Zeroizing::new(sheet.codes[2].clone())],
                    subjects: vec![SubjectName::ExternalId("found".to_owned())],
                    after: None,
                    request: key,
                };
                app.check_leaks(token, &asked).await.unwrap();
            }
            other => panic!("{other}"),
        }
    }
    subjects
}

async fn findings(world: &World) -> Vec<(String, String)> {
    let report = world.app.verify(Some(world.tenant), true).await.unwrap();
    report.findings.into_iter().map(|finding| (finding.object, finding.what)).collect()
}

#[tokio::test]
async fn every_act_has_its_place() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        let revoke =
            Command::TenantLeaks { tenant: world.tenant, tier: Tier::Standard, policy: LeakPolicy::Revoke };
        world.app.operate("test", revoke).await.unwrap();
        act(&world, &capped(&world).await).await;
        world.app.number_pending().await;
        assert_eq!(findings(&world).await, [], "{kind:?}");
        // Places that nobody needs any more are missed by nobody.
        world.clock.advance(Duration::from_secs(2 * 3600));
        world.app.settle_due().await;
        assert_eq!(findings(&world).await, [], "{kind:?}");
    }
}

#[expect(clippy::disallowed_methods, reason = "it writes behind the store's back")]
fn delete_places(world: &World) {
    let database = rusqlite::Connection::open(world.data().join("postern.db")).unwrap();
    database.execute("DELETE FROM claim WHERE space = 3", ()).unwrap();
}

#[tokio::test]
async fn a_place_that_is_missing_is_named_by_whom_it_was_taken_for() {
    let world = World::new(StoreKind::Sqlite).await;
    let subjects = act(&world, &capped(&world).await).await;
    delete_places(&world);
    let key = |subject: &SubjectId| Key::of(Kind::Subject, world.tenant, *subject).to_string();
    let mut expected: Vec<String> = subjects[..COUNTED.len()].iter().map(key).collect();
    // Staged twice.
    expected.push(key(&subjects[0]));
    expected.sort();
    let mut named = Vec::new();
    for (object, what) in findings(&world).await {
        assert_eq!(what, MISSING);
        named.push(object);
    }
    named.sort();
    assert_eq!(named, expected);
    // They would count no more.
    world.clock.advance(Duration::from_secs(3600));
    assert_eq!(findings(&world).await, []);
}

/// An application makes events about itself by being refused, and none of them says since when it has caps.
#[tokio::test]
async fn what_an_application_does_afterwards_hides_no_missing_place() {
    let world = World::new(StoreKind::Sqlite).await;
    let (anna, bert) = two(&world).await;
    let token = one_place(&world).await;
    world.app.leave(&token, anna.set.subject).await.unwrap();
    delete_places(&world);
    world.clock.advance(Duration::from_secs(1));
    let redemption = world.redemption("bert", &bert.codes[3], Redeem::default());
    assert_eq!(refused(world.app.redeem(&token, redemption).await), "scope-missing");
    world.app.flush_sums().await;
    let bound = world.app.operator("test");
    bound.bind_application(world.tenant, token.key.application, Some(Vec::new()), None).await.unwrap();
    let names = world.names().await;
    assert_eq!(names[names.len() - 2..], ["access.denied", "application.changed"]);
    let left = Key::of(Kind::Subject, world.tenant, anna.set.subject).to_string();
    assert_eq!(findings(&world).await, [(left, MISSING.to_owned())]);
}

/// At the cap what was done is answered again on every node, and nothing new is done.
#[tokio::test]
async fn at_the_cap_a_revocation_repeats() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        let (anna, bert) = two(&world).await;
        for slot in [Some(3), None] {
            let (token, key) = (one_place(&world).await, request(Some("key".to_owned()), ""));
            let (lost, app) = (RevokeReason::Lost, &world.app);
            for app in [app, app, &world.other] {
                app.revoke(&token, anna.set, slot, lost, &key).await.unwrap();
            }
            let another = app.revoke(&token, bert.set, slot, lost, &request(None, "")).await;
            assert_eq!(refused(another), "too-many-requests");
            let other = request(Some("key".to_owned()), "other");
            let reused = app.revoke(&token, anna.set, slot, lost, &other).await;
            assert_eq!(refused(reused), "idempotency-key-reused");
        }
        world.redeem("bert", &bert.codes[3], Redeem::default()).await.unwrap();
        assert!(world.app.verify(None, true).await.unwrap().verified);
    }
}

#[tokio::test]
async fn at_the_cap_a_revocation_of_many_repeats() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        let (_, bert) = two(&world).await;
        world.subject("cora").await;
        let token = one_place(&world).await;
        let asked = bulk(&["anna", "cora"], "bulk");
        for app in [&world.app, &world.app, &world.other] {
            let answer = app.revoke_many(&token, &asked).await.unwrap();
            assert_eq!(answer, [RevokedOf::Revoked, RevokedOf::WithoutCodes]);
        }
        let another = world.app.revoke_many(&token, &bulk(&["anna", "bert"], "another")).await;
        assert_eq!(refused(another), "too-many-requests");
        world.redeem("bert", &bert.codes[3], Redeem::default()).await.unwrap();
        assert!(world.app.verify(None, true).await.unwrap().verified);
    }
}

#[tokio::test]
async fn at_the_cap_a_leaving_repeats() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        let (anna, bert) = two(&world).await;
        let token = one_place(&world).await;
        for app in [&world.app, &world.app, &world.other] {
            app.leave(&token, anna.set.subject).await.unwrap();
        }
        assert_eq!(refused(world.app.leave(&token, bert.set.subject).await), "too-many-requests");
        world.redeem("bert", &bert.codes[3], Redeem::default()).await.unwrap();
        assert!(world.app.verify(None, true).await.unwrap().verified);
    }
}

async fn two(world: &World) -> (Sheet, Sheet) {
    world.subject("anna").await;
    world.subject("bert").await;
    (world.issue("anna", Format::Standard).await, world.issue("bert", Format::Standard).await)
}

async fn one_place(world: &World) -> Arc<Token> {
    let scopes = [Scope::SetsRevoke, Scope::SubjectsLeave];
    world.application(&scopes, &[], Some(Caps { revoke: 1, stage: 1 })).await
}

fn bulk(names: &[&str], key: &str) -> BulkRevocation {
    let subjects = names.iter().map(|name| SubjectName::ExternalId((*name).to_owned())).collect();
    BulkRevocation { reason: RevokeReason::Lost, subjects, request: request(Some(key.to_owned()), key) }
}
