//! Attacks that once worked, or nearly did. Each is a sequence that a reviewer wrote down.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use postern_app::operator::Command;
use postern_app::{Proof, Redemption, Staging};
use postern_codes::Format;
use postern_core::application::{Caps, Scope};
use postern_core::ports::Clock as _;
use postern_core::subject::fact::{RevokeReason, StageReason};
use postern_core::tenant::Tier;
use postern_testkit::{Redeem, StoreKind, TestProver, World, request};
use serde_json::json;
use tokio::runtime::Handle;

use crate::refused;

/// A staging as *lost* with this assertion.
fn lost(world: &World, assertion: &str, key: &str) -> Staging {
    Staging {
        reason: StageReason::Lost,
        proof: Some(Proof::Assertion(assertion.to_owned())),
        request: request(Some(key.to_owned()), "{}"),
        ..world.staging("anna", Format::Standard)
    }
}

fn assertion(world: &World, prover: &TestProver, operation: &str) -> String {
    prover.assertion(operation, "anna", &json!({}), world.clock.now())
}

async fn confirmed(world: &World, staging: Staging) -> Vec<String> {
    let staged = world.app.stage(&world.token, staging).await.unwrap();
    let codes: Vec<String> = staged.codes.unwrap().sheet.iter().map(|code| code.text.to_string()).collect();
    world.confirm(staged.set, &codes[0]).await.unwrap();
    codes
}

#[tokio::test]
async fn a_used_assertion_never_ends_the_successor() {
    let world = World::new(StoreKind::Memory).await;
    let prover = world.prover().await;
    world.subject("anna").await;
    world.issue("anna", Format::Standard).await;
    let used = assertion(&world, &prover, "stage");
    let codes = confirmed(&world, lost(&world, &used, "k1")).await;
    assert_eq!(
        refused(world.app.stage(&world.token, lost(&world, &used, "k2")).await),
        "assurance-insufficient"
    );
    world.redeem("anna", &codes[1], Redeem::default()).await.unwrap();
    assert!(world.app.verify(None, true).await.unwrap().verified);
}

#[tokio::test]
async fn a_late_retry_of_a_half_done_request_never_ends_the_successor() {
    let world = World::new(StoreKind::Memory).await;
    let prover = world.prover().await;
    world.subject("anna").await;
    world.issue("anna", Format::Standard).await;
    // The revoke is committed; then the key service is away, and the request fails.
    world.keys.answers(false);
    let half = world.app.stage(&world.token, lost(&world, &assertion(&world, &prover, "stage"), "k1")).await;
    assert_eq!(refused(half), "unavailable");
    world.keys.answers(true);
    let codes = confirmed(&world, lost(&world, &assertion(&world, &prover, "stage"), "k2")).await;
    let retried =
        world.app.stage(&world.token, lost(&world, &assertion(&world, &prover, "stage"), "k1")).await;
    assert!(retried.unwrap().codes.is_some(), "the half-done request was never staged");
    world.redeem("anna", &codes[1], Redeem::default()).await.unwrap();
    assert_eq!(world.names().await.iter().filter(|name| *name == "code_set.revoked").count(), 1);
    assert!(world.app.verify(None, true).await.unwrap().verified);
}

#[tokio::test]
async fn a_half_done_request_goes_on_with_its_own_assertion() {
    let world = World::new(StoreKind::Memory).await;
    let prover = world.prover().await;
    world.subject("anna").await;
    world.issue("anna", Format::Standard).await;
    let mine = assertion(&world, &prover, "stage");
    world.keys.answers(false);
    assert_eq!(refused(world.app.stage(&world.token, lost(&world, &mine, "k1")).await), "unavailable");
    world.keys.answers(true);
    assert_eq!(confirmed(&world, lost(&world, &mine, "k1")).await.len(), 10);
}

#[tokio::test]
async fn a_request_that_cannot_be_done_ends_nothing() {
    let world = World::new(StoreKind::Memory).await;
    let prover = world.prover().await;
    world.subject("anna").await;
    let sheet = world.issue("anna", Format::Standard).await;
    let staging = Staging { count: Some(200), ..lost(&world, &assertion(&world, &prover, "stage"), "k1") };
    assert_eq!(refused(world.app.stage(&world.token, staging).await), "invalid-value");
    world.redeem("anna", &sheet.codes[0], Redeem::default()).await.unwrap();
}

#[tokio::test]
async fn typos_of_strangers_never_refuse_a_right_code_and_leave_no_trace_at_the_subject() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    let sheet = world.issue("anna", Format::Standard).await;
    for _ in 0..40 {
        let typo = Redemption { first_factor: None, ..world.redemption("anna", "xx", Redeem::default()) };
        assert!(world.app.redeem(&world.token, typo).await.is_err());
    }
    assert!(!world.names().await.contains(&"redemption.throttled".to_owned()));
    world.redeem("anna", &sheet.codes[0], Redeem::default()).await.unwrap();
}

#[tokio::test]
async fn a_lost_answer_costs_no_code_with_other_stretching() {
    let world = World::new(StoreKind::Memory).await;
    let tier = postern_app::operator::TierChange {
        tier: Tier::Standard,
        format: Some("compact".to_owned()),
        count: Some(1),
        lifetime_days: None,
        low_stock: None,
        stretch: Some("pbkdf2".to_owned()),
    };
    let change = |stretch: &str| {
        let tier = postern_app::operator::TierChange { stretch: Some(stretch.to_owned()), ..tier.clone() };
        Command::TenantChange { tenant: world.tenant, prefix: None, tier: Some(tier), keep_kinds: false }
    };
    world.app.operate("test", change("pbkdf2")).await.unwrap();
    world.subject("anna").await;
    let staging = Staging { format: None, ..world.staging("anna", Format::Compact) };
    let staged = world.app.stage(&world.token, staging).await.unwrap();
    let code = staged.codes.unwrap().sheet[0].text.to_string();
    let confirm = || postern_app::Confirmation {
        set: staged.set,
        code: zeroize::Zeroizing::new(code.clone()),
        client: postern_app::Client::default(),
        request: request(Some("confirm".to_owned()), "confirm"),
    };
    assert!(!world.app.confirm(&world.token, confirm()).await.unwrap().replayed);
    assert!(world.app.confirm(&world.token, confirm()).await.unwrap().replayed);
    let key = || Redeem { key: Some("last".to_owned()), ..Redeem::default() };
    let first = world.redeem("anna", &code, key()).await.unwrap();
    // The set is exhausted and the tier stretches otherwise now; the retry is still the same request.
    world.app.operate("test", change("argon2id")).await.unwrap();
    let again = world.redeem("anna", &code, key()).await.unwrap();
    assert_eq!(first.redemption, again.redemption);
}

#[tokio::test]
async fn revoking_one_code_again_and_again_closes_nothing() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    let sheet = world.issue("anna", Format::Standard).await;
    for n in 0..20 {
        let request = request(Some(format!("revoke-{n}")), "revoke");
        world.app.revoke(&world.token, sheet.set, Some(1), RevokeReason::Lost, &request).await.unwrap();
        let by_operator = Command::Revoke {
            tenant: world.tenant,
            set: sheet.set.to_string(),
            slot: Some(2),
            reason: RevokeReason::Lost,
        };
        world.app.operate("test", by_operator).await.unwrap();
    }
    assert_eq!(world.names().await.iter().filter(|name| *name == "code.revoked").count(), 2);
    world.redeem("anna", &sheet.codes[2], Redeem::default()).await.unwrap();
}

#[tokio::test]
async fn the_third_prefix_breaks_no_old_sheet() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    let sheet = world.issue("anna", Format::Standard).await;
    for prefix in ["ACME", "WXYZ", "HEXES"] {
        let prefix = Some(prefix.to_owned());
        let change = Command::TenantChange { tenant: world.tenant, prefix, tier: None, keep_kinds: false };
        world.app.operate("test", change).await.unwrap();
    }
    world.redeem("anna", &sheet.codes[0], Redeem::default()).await.unwrap();
    world.redeem("anna", &sheet.codes[1][5..], Redeem::default()).await.unwrap();
}

#[tokio::test]
async fn an_assertion_is_used_up_for_nobody_as_for_somebody() {
    let world = World::new(StoreKind::Sqlite).await;
    let prover = world.prover().await;
    world.subject("somebody").await;
    world.issue("somebody", Format::Standard).await;
    let mut told = Vec::new();
    for name in ["somebody", "nobody"] {
        let assertion = prover.assertion("redeem", name, &json!({}), world.clock.now());
        let wrong = || Redemption {
            first_factor: Some(Proof::Assertion(assertion.clone())),
            request: request(None, "{}"),
            ..world.redemption(name, "6N6NWS9B8BXYXXTK5NXFY9YZ2", Redeem::default())
        };
        let first = refused(world.app.redeem(&world.token, wrong()).await);
        let second = refused(world.app.redeem(&world.token, wrong()).await);
        told.push((first, second));
    }
    assert_eq!(told, [("code-not-accepted", "assurance-insufficient"); 2]);
    let report = world.app.verify(None, true).await.unwrap();
    assert!(report.verified, "{:?}", report.findings);
}

#[tokio::test]
async fn a_cap_goes_on_where_it_was_after_a_restart() {
    let world = World::new(StoreKind::Sqlite).await;
    let scopes = [Scope::SetsStage];
    // More than the places that are tried one after the other.
    let capped = world.application(&scopes, &["enrol"], Some(Caps { revoke: 1, stage: 90 })).await;
    for n in 0..80 {
        world.subject(&format!("s{n}")).await;
        world.app.stage(&capped, world.staging(&format!("s{n}"), Format::Standard)).await.unwrap();
    }
    world.subject("after").await;
    let staging = world.staging("after", Format::Standard);
    let (folder, keys, clock, _) = world.close();
    let app = postern_testkit::reopen(folder.path(), &keys, &clock);
    app.stage(&capped, staging).await.unwrap();
}

#[tokio::test]
async fn a_stopped_application_changes_nothing_for_anybody() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    let sheet = world.issue("anna", Format::Standard).await;
    world.app.stop();
    assert_eq!(refused(world.redeem("anna", &sheet.codes[0], Redeem::default()).await), "unavailable");
    let create = Command::TenantCreate { name: "late".to_owned(), prefix: None };
    assert!(world.app.operate("test", create).await.is_err());
}

#[tokio::test]
async fn events_are_the_whole_tenants() {
    let world = World::new(StoreKind::Memory).await;
    let some = world.application(&[Scope::EventsRead, Scope::LogRead], &[], None).await;
    let query =
        postern_app::EventQuery { after: None, limit: 10, subject: None, wait: std::time::Duration::ZERO };
    assert_eq!(refused(world.app.events(&some, query).await), "scope-missing");
    assert_eq!(refused(world.app.checkpoint(&some).await), "scope-missing");
    assert!(world.app.events(&world.token, query).await.is_ok());
}

#[tokio::test]
async fn a_name_cannot_be_another_subjects_id() {
    let world = World::new(StoreKind::Memory).await;
    let id = world.subject("anna").await;
    let new = postern_app::NewSubject {
        external_id: id.to_string(),
        tier: None,
        kind: postern_core::subject::SubjectKind::Person,
        owner: None,
    };
    assert_eq!(refused(world.app.create_subject(&world.token, new).await), "invalid-value");
}

/// Does this as soon as somebody asks for a subject's keys: after they looked, before they commit. Whether it is done.
fn meanwhile<T, E: std::fmt::Debug>(
    world: &World,
    work: impl Future<Output = Result<T, E>> + Send + 'static,
) -> Arc<AtomicBool> {
    let (runtime, is_done) = (Handle::current(), Arc::new(AtomicBool::new(false)));
    let done = Arc::clone(&is_done);
    world.keys.waiting(true);
    world.keys.meanwhile(move || {
        runtime.block_on(work).map(drop).unwrap();
        done.store(true, Ordering::SeqCst);
    });
    is_done
}

/// What is prepared for one tier is not committed for another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tier_that_rises_while_codes_are_made_is_seen() {
    let world = Arc::new(World::new(StoreKind::Memory).await);
    let id = world.subject("anna").await;
    let staging = Staging { count: Some(31), ..world.staging("anna", Format::Compact) };
    let patch = postern_app::SubjectPatch { tier: Some(Tier::Privileged), ..Default::default() };
    let (app, token) = (Arc::clone(&world.app), Arc::clone(&world.token));
    let is_done = meanwhile(&world, async move { app.patch_subject(&token, id, 1, patch).await });
    assert_eq!(refused(world.app.stage(&world.token, staging).await), "assurance-insufficient");
    assert!(is_done.load(Ordering::SeqCst), "codes were not made");
}

/// A prover that is revoked while codes are made vouches for nothing any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_prover_that_is_revoked_while_codes_are_made_is_seen() {
    let world = Arc::new(World::new(StoreKind::Memory).await);
    let prover = world.prover().await;
    world.subject("anna").await;
    let staging = Staging {
        count: Some(31),
        proof: Some(Proof::Assertion(assertion(&world, &prover, "stage"))),
        request: request(None, "{}"),
        ..world.staging("anna", Format::Compact)
    };
    let revoke = Command::ProverRevoke { tenant: world.tenant, prover: prover.id };
    let app = Arc::clone(&world.app);
    let is_done = meanwhile(&world, async move { app.operate("test", revoke).await });
    assert_eq!(refused(world.app.stage(&world.token, staging).await), "assurance-insufficient");
    assert!(is_done.load(Ordering::SeqCst), "codes were not made");
}
