//! Sets: staged, confirmed, replaced, ended.

use std::sync::Arc;
use std::time::Duration;

use postern_app::operator::Command;
use postern_app::{Proof, Staging};
use postern_codes::Format;
use postern_core::assurance::Level;
use postern_core::ids::SetId;
use postern_core::subject::fact::{RevokeReason, StageReason};
use postern_outside::entropy::SystemEntropy;
use postern_outside::key_file::KeyFile;
use postern_testkit::{Redeem, Sheet, StoreKind, TestProver, World, request};
use serde_json::json;

use crate::refused;

const DAY: Duration = Duration::from_secs(86_400);

/// A staging with a prover's assertion; the bytes are the ones that it is bound to.
fn proven(world: &World, prover: &TestProver, name: &str, reason: StageReason, key: &str) -> Staging {
    let body = json!({ "subject": { "external_id": name }, "reason": reason });
    let assertion = prover.assertion("stage", name, &body, postern_core::ports::Clock::now(&*world.clock));
    let bytes = String::from_utf8(postern_log_bytes(&body)).unwrap();
    Staging {
        reason,
        proof: Some(Proof::Assertion(assertion)),
        request: request(Some(key.to_owned()), &bytes),
        ..world.staging(name, Format::Standard)
    }
}

fn postern_log_bytes(body: &serde_json::Value) -> Vec<u8> {
    serde_json::to_vec(body).unwrap()
}

#[tokio::test]
async fn a_new_set_works_only_when_one_of_its_codes_was_typed_and_then_ends_the_old_one() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        world.subject("anna").await;
        let old = world.issue("anna", Format::Standard).await;
        let staged = world.stage("anna", Format::Standard).await.unwrap();
        let new: Vec<String> = staged.codes.unwrap().sheet.iter().map(|code| code.text.to_string()).collect();
        assert_eq!(refused(world.redeem("anna", &new[0], Redeem::default()).await), "code-not-accepted");
        assert_eq!(refused(world.confirm(staged.set, &old.codes[0]).await), "code-not-accepted");
        world.redeem("anna", &old.codes[1], Redeem::default()).await.unwrap();
        let confirmed = world.confirm(staged.set, &new[0]).await.unwrap();
        assert_eq!(confirmed.superseded, Some(old.set));
        assert_eq!(
            refused(world.redeem("anna", &old.codes[2], Redeem::default()).await),
            "code-not-accepted"
        );
        // The code that was typed to confirm was not spent.
        world.redeem("anna", &new[0], Redeem::default()).await.unwrap();
        assert!(world.app.verify(None, true).await.unwrap().verified);
    }
}

#[tokio::test]
async fn ten_wrong_codes_or_a_quarter_of_an_hour_discard_a_staged_set() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    let staged = world.stage("anna", Format::Standard).await.unwrap();
    for _ in 0..10 {
        assert_eq!(
            refused(world.confirm(staged.set, "6N6NWS9B8BXYXXTK5NXFY9YZ2").await),
            "code-not-accepted"
        );
    }
    let code = staged.codes.unwrap().sheet[0].text.to_string();
    assert_eq!(refused(world.confirm(staged.set, &code).await), "state-changed");
    let staged = world.stage("anna", Format::Standard).await.unwrap();
    world.clock.advance(Duration::from_secs(15 * 60));
    let code = staged.codes.unwrap().sheet[0].text.to_string();
    assert_eq!(refused(world.confirm(staged.set, &code).await), "state-changed");
    world.app.settle_due().await;
    let names = world.names().await;
    assert_eq!(names.iter().filter(|name| *name == "code_set.discarded").count(), 2);
}

#[tokio::test]
async fn three_stagings_an_hour_and_a_discarded_set_stays_discarded() {
    let world = World::new(StoreKind::Memory).await;
    let subject = world.subject("anna").await;
    let first = world.stage("anna", Format::Standard).await.unwrap().set;
    world.app.discard(&world.token, first).await.unwrap();
    world.app.discard(&world.token, first).await.unwrap();
    let never = SetId { subject, generation: 9 };
    assert_eq!(refused(world.app.discard(&world.token, never).await), "not-found");
    for _ in 0..2 {
        world.stage("anna", Format::Standard).await.unwrap();
    }
    assert_eq!(refused(world.stage("anna", Format::Standard).await), "too-many-requests");
    world.clock.advance(Duration::from_secs(3600));
    let sheet = world.issue("anna", Format::Standard).await;
    assert_eq!(refused(world.app.discard(&world.token, sheet.set).await), "state-changed");
}

#[tokio::test]
async fn lost_and_compromised_end_the_set_at_once_and_a_late_retry_never_ends_its_successor() {
    for (reason, epoch_moves) in [(StageReason::Lost, false), (StageReason::Compromised, true)] {
        let world = World::new(StoreKind::Memory).await;
        let prover = world.prover().await;
        world.subject("anna").await;
        let old = world.issue("anna", Format::Standard).await;
        let staged =
            world.app.stage(&world.token, proven(&world, &prover, "anna", reason, "lost")).await.unwrap();
        assert_eq!(
            refused(world.redeem("anna", &old.codes[1], Redeem::default()).await),
            "code-not-accepted"
        );
        let code = staged.codes.unwrap().sheet[3].text.to_string();
        world.confirm(staged.set, &code).await.unwrap();
        world.clock.advance(Duration::from_secs(60));
        let again =
            world.app.stage(&world.token, proven(&world, &prover, "anna", reason, "lost")).await.unwrap();
        assert!(again.codes.is_none() && again.set == staged.set, "a retry showed codes or made another set");
        world.redeem("anna", &code, Redeem::default()).await.unwrap();
        let names = world.names().await;
        assert_eq!(names.iter().filter(|name| *name == "code_set.revoked").count(), 1);
        // After a compromise the subject's keys are others: the old code is not even recognised as old.
        let query = postern_app::EventQuery { after: None, limit: 500, subject: None, wait: Duration::ZERO };
        let events = world.app.events(&world.token, query).await.unwrap();
        let refusals = events
            .items
            .iter()
            .filter(|event| String::from_utf8_lossy(&event.bytes).contains("code.refused"));
        let old_seen = refusals
            .filter(|event| String::from_utf8_lossy(&event.bytes).contains("\"reason\":\"old\""))
            .count();
        assert_eq!(old_seen, usize::from(!epoch_moves));
        assert!(world.app.verify(None, true).await.unwrap().verified);
    }
}

#[tokio::test]
async fn a_bare_word_is_never_enough_for_lost_or_compromised() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    let sheet = world.issue("anna", Format::Standard).await;
    for reason in [StageReason::Lost, StageReason::Compromised] {
        let staging = Staging { reason, ..world.staging("anna", Format::Standard) };
        assert_eq!(refused(world.app.stage(&world.token, staging).await), "assurance-insufficient");
    }
    for proof in [None, Some(world.bare(Level::Aal1))] {
        let staging = Staging { proof, ..world.staging("anna", Format::Standard) };
        assert_eq!(refused(world.app.stage(&world.token, staging).await), "assurance-insufficient");
    }
    world.redeem("anna", &sheet.codes[0], Redeem::default()).await.unwrap();
}

#[tokio::test]
async fn a_set_expires_and_the_job_records_it() {
    let world = World::new(StoreKind::Sqlite).await;
    world.subject("anna").await;
    world.subject("bert").await;
    let anna = world.issue("anna", Format::Standard).await;
    world.issue("bert", Format::Standard).await;
    world.clock.advance(365 * DAY);
    assert_eq!(refused(world.redeem("anna", &anna.codes[0], Redeem::default()).await), "code-not-accepted");
    assert_eq!(world.app.settle_due().await.settled, 1, "only bert's set was still to be recorded");
    assert_eq!(world.names().await.iter().filter(|name| *name == "code_set.expired").count(), 2);
    assert!(world.app.verify(None, true).await.unwrap().verified);
}

#[tokio::test]
async fn warnings_come_before_the_last_code_and_the_last_code_exhausts_the_set() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    let sheet = world.issue("anna", Format::Standard).await;
    let mut told = Vec::new();
    for code in &sheet.codes {
        world.clock.advance(DAY);
        let redeemed = world.redeem("anna", code, Redeem::default()).await.unwrap();
        told.push((redeemed.remaining, redeemed.warnings));
    }
    assert_eq!(told[5], (4, vec![]));
    assert_eq!(told[6], (3, vec!["low_stock"]));
    assert_eq!(told[9], (0, vec!["low_stock", "last_code"]));
    assert_eq!(world.names().await.last().map(String::as_str), Some("code_set.exhausted"));
}

#[tokio::test]
async fn revoking_whole_or_by_number() {
    let world = World::new(StoreKind::Sqlite).await;
    world.subject("anna").await;
    let Sheet { set, codes } = world.issue("anna", Format::Standard).await;
    let revoke = |slot: Option<u8>, key: &str| {
        let request = request(Some(key.to_owned()), "revoke");
        let (app, token) = (std::sync::Arc::clone(&world.app), std::sync::Arc::clone(&world.token));
        async move { app.revoke(&token, set, slot, RevokeReason::Lost, &request).await }
    };
    world.redeem("anna", &codes[0], Redeem::default()).await.unwrap();
    for slot in [1, 2] {
        // The same answer whether it was spent or live, and again.
        revoke(Some(slot), &format!("slot-{slot}")).await.unwrap();
        revoke(Some(slot), &format!("slot-{slot}")).await.unwrap();
    }
    assert_eq!(refused(revoke(Some(11), "eleven").await), "not-found");
    assert_eq!(refused(revoke(Some(3), "slot-2").await), "idempotency-key-reused");
    assert_eq!(refused(world.redeem("anna", &codes[1], Redeem::default()).await), "code-not-accepted");
    let left = world.redeem("anna", &codes[2], Redeem::default()).await.unwrap();
    assert_eq!(left.remaining, 7);
    revoke(None, "whole").await.unwrap();
    revoke(None, "whole-again").await.unwrap();
    assert_eq!(refused(world.redeem("anna", &codes[3], Redeem::default()).await), "code-not-accepted");
    assert!(world.app.verify(None, true).await.unwrap().verified);
}

#[tokio::test]
async fn a_changed_setting_changes_no_existing_set_and_a_new_prefix_breaks_no_old_sheet() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    let old = world.issue("anna", Format::Standard).await;
    world.format("numeric").await;
    let change = postern_app::operator::Command::TenantChange {
        tenant: world.tenant,
        prefix: Some("ACME".to_owned()),
        tier: None,
        keep_kinds: false,
    };
    world.app.operate("test", change).await.unwrap();
    world.redeem("anna", &old.codes[1], Redeem::default()).await.unwrap();
    // Without its prefix too.
    world.redeem("anna", &old.codes[2][5..], Redeem::default()).await.unwrap();
    let staging = Staging { format: None, ..world.staging("anna", Format::Standard) };
    let staged = world.app.stage(&world.token, staging).await.unwrap();
    let code = staged.codes.unwrap().sheet[0].text.to_string();
    assert!(code.starts_with("ACME-") && code.len() == 34, "{} symbols", code.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_set_that_is_made_while_the_pepper_is_rotated_is_made_again_under_the_new_version() {
    for kind in StoreKind::ALL {
        let folder = tempfile::tempdir().unwrap();
        let keys = KeyFile::create(&folder.path().join("keys"), &SystemEntropy).unwrap();
        let world = World::with_keys(kind, keys).await;
        world.subject("anna").await;
        world.subject("bert").await;
        world.issue("bert", Format::Standard).await;
        // The codes are made under the version that was in force at the look; then another one is put in force.
        world.keys.waiting(true);
        let (app, runtime) = (Arc::clone(&world.app), tokio::runtime::Handle::current());
        world.keys.meanwhile(move || {
            let rotate = Command::KeyRotate { only_make: false };
            let rotated = runtime.block_on(app.operate("test", rotate)).unwrap();
            assert_eq!(rotated["in_force"], true, "{rotated}");
        });
        let sheet = world.issue("anna", Format::Standard).await;
        let listed = world.app.operate("test", Command::KeyList {}).await.unwrap();
        let sets = |version: usize| listed["items"][2 - version]["sets"].as_u64();
        assert_eq!((sets(2), sets(1)), (Some(1), Some(1)), "{listed}");
        world.redeem("anna", &sheet.codes[1], Redeem::default()).await.unwrap();
        assert!(world.app.verify(None, true).await.unwrap().verified);
    }
}
