//! Leaving and being erased: codes end, the name is free but not forgotten, and what was personal is nobody's to read.

use std::path::Path;
use std::time::Duration;

use postern_app::operator::Command;
use postern_app::{Client, NewSubject, Problem, Redemption, SubjectName};
use postern_codes::Format;
use postern_core::application::{Caps, Scope};
use postern_core::ids::SubjectId;
use postern_core::kernel::{Key, Kind};
use postern_core::subject::SubjectKind;
use postern_core::tenant::Tier;
use postern_testkit::{Redeem, StoreKind, World};

use crate::refused;

fn new(name: &str, tier: Tier) -> NewSubject {
    NewSubject { external_id: name.to_owned(), tier: Some(tier), kind: SubjectKind::Person, owner: None }
}

async fn create(world: &World, name: &str, tier: Tier) -> (SubjectId, Tier) {
    let made = world.app.create_subject(&world.token, new(name, tier)).await.unwrap();
    assert!(made.created);
    (made.subject, made.tier)
}

/// Redeems with an address, so that something personal is in the event.
async fn seen(world: &World, name: &str, code: &str) {
    let client = Client { address: Some("203.0.113.77".parse().unwrap()), ..Client::default() };
    let asked = Redemption { client, ..world.redemption(name, code, Redeem::default()) };
    world.app.redeem(&world.token, asked).await.unwrap();
}

#[tokio::test]
async fn who_leaves_has_no_codes_and_a_free_name() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        let (id, _) = create(&world, "anna", Tier::Standard).await;
        let sheet = world.issue("anna", Format::Standard).await;
        let device = world.redeem("anna", &sheet.codes[1], Redeem::default()).await.unwrap().device_token;
        world.stage("anna", Format::Standard).await.unwrap();
        world.app.leave(&world.token, id).await.unwrap();
        world.other.leave(&world.token, id).await.unwrap();
        let late = world.redeem("anna", &sheet.codes[2], Redeem::default()).await;
        assert_eq!(refused(late), "code-not-accepted");
        assert_eq!(refused(world.app.subject(&world.token, &SubjectName::Id(id)).await), "not-found");
        assert_eq!(refused(world.stage("anna", Format::Standard).await), "not-found");
        // Whoever comes back under the name is somebody else: no old code, no old device.
        let (next, _) = create(&world, "anna", Tier::Standard).await;
        assert_ne!(next, id);
        let old = Redeem { device: Some(device.to_string()), ..Redeem::default() };
        // A bare word is not taken for who came back.
        assert_eq!(refused(world.redeem("anna", &sheet.codes[2], old).await), "assurance-insufficient");
        assert_eq!(refused(world.stage("anna", Format::Standard).await), "assurance-insufficient");
        let report = world.app.verify(None, true).await.unwrap();
        assert!(report.verified, "{:?}", report.findings);
    }
}

#[tokio::test]
async fn a_name_that_was_left_keeps_its_tier_for_400_days() {
    let world = World::new(StoreKind::Sqlite).await;
    let (first, _) = create(&world, "anna", Tier::Privileged).await;
    world.app.leave(&world.token, first).await.unwrap();
    let (second, tier) = create(&world, "anna", Tier::Standard).await;
    assert_eq!(tier, Tier::Privileged);
    // Left again, the name is kept by the second; the first keeps nothing that stands in its way.
    world.app.leave(&world.token, second).await.unwrap();
    world.clock.advance(Duration::from_secs(399 * 86_400));
    world.app.settle_due().await;
    let (third, tier) = create(&world, "anna", Tier::Elevated).await;
    assert_eq!(tier, Tier::Privileged);
    world.app.leave(&world.token, third).await.unwrap();
    world.clock.advance(Duration::from_secs(400 * 86_400));
    world.app.settle_due().await;
    assert_eq!(create(&world, "anna", Tier::Standard).await.1, Tier::Standard);
    // An application that does not reach the kept tier does not get round it.
    let (other, _) = create(&world, "bert", Tier::Privileged).await;
    world.app.leave(&world.token, other).await.unwrap();
    let token = world.application(&[Scope::SubjectsWrite], &[], None).await;
    assert_eq!(refused(world.app.create_subject(&token, new("bert", Tier::Standard)).await), "scope-missing");
    let report = world.app.verify(None, true).await.unwrap();
    assert!(report.verified, "{:?}", report.findings);
}

/// Whether bytes are in any file of a folder.
fn found(folder: &Path, bytes: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().map(Result::unwrap).any(|entry| {
        let file = std::fs::read(entry.path()).unwrap_or_default();
        file.windows(bytes.len()).any(|window| window == bytes)
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_erased_is_nobody_and_the_log_still_verifies() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        let (id, _) = create(&world, "anna", Tier::Standard).await;
        let (other, _) = create(&world, "bert", Tier::Standard).await;
        let sheet = world.issue("anna", Format::Standard).await;
        seen(&world, "anna", &sheet.codes[1]).await;
        let key = Key::of(Kind::Subject, world.tenant, id);
        let exported = world.app.export_subject(&world.token, id, None, 500).await.unwrap();
        assert_eq!(exported.person.unwrap().external_id, "anna");
        let addresses: Vec<_> = exported
            .items
            .iter()
            .filter_map(|event| event.get("personal")?.get("address").cloned())
            .collect();
        assert_eq!(addresses, ["203.0.113.77"]);
        let erase_at = world.app.request_erasure(&world.token, id).await.unwrap();
        assert_eq!(world.other.request_erasure(&world.token, id).await.unwrap(), erase_at);
        // Until the wait is over everything works.
        world.clock.advance(Duration::from_secs(86_399));
        world.app.settle_due().await;
        seen(&world, "anna", &sheet.codes[2]).await;
        let wrapped = (kind == StoreKind::Sqlite).then(|| wrapped_key(&world.data(), id));
        assert!(wrapped.as_ref().is_none_or(|wrapped| found(&world.data(), wrapped)));
        world.clock.advance(Duration::from_secs(1));
        world.app.settle_due().await;
        assert_eq!(refused(world.app.export_subject(&world.token, id, None, 500).await), "not-found");
        assert_eq!(refused(world.app.request_erasure(&world.token, id).await), "not-found");
        assert_eq!(
            refused(world.redeem("anna", &sheet.codes[3], Redeem::default()).await),
            "code-not-accepted"
        );
        if let Some(wrapped) = wrapped {
            // The write-ahead log is emptied by a thread of its own.
            for _ in 0..500 {
                if !found(&world.data(), &wrapped) {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            assert!(!found(&world.data(), &wrapped), "the erased subject's key is still in a file");
            assert!(found(&world.data(), &wrapped_key(&world.data(), other)), "the other's key is gone too");
        }
        let report = world.app.verify(None, true).await.unwrap();
        assert!(report.verified, "{:?}", report.findings);
        // The name is kept, and then not even that: the record has ended.
        assert!(!create(&world, "anna", Tier::Standard).await.0.to_string().is_empty());
        world.clock.advance(Duration::from_secs(401 * 86_400));
        world.app.settle_due().await;
        assert!(world.app.verify(None, true).await.unwrap().verified);
        let shown = Command::SubjectShow { tenant: world.tenant, subject: key.to_string() };
        assert!(world.app.operate("test", shown).await.is_err());
    }
}

/// A subject's wrapped key as the database has it.
#[expect(clippy::disallowed_methods, reason = "it looks behind the store's back")]
fn wrapped_key(data: &Path, id: SubjectId) -> Vec<u8> {
    let db = rusqlite::Connection::open(data.join("postern.db")).unwrap();
    let read = "SELECT wrapped FROM keyring WHERE id = ?1";
    db.query_row(read, (id.bytes(),), |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn an_erasure_may_be_withdrawn_and_a_guarded_account_is_not_erased_by_one() {
    let world = World::new(StoreKind::Memory).await;
    let (id, _) = create(&world, "anna", Tier::Standard).await;
    world.app.request_erasure(&world.token, id).await.unwrap();
    let keep = Command::SubjectKeep { tenant: world.tenant, subject: id.to_string() };
    world.app.operate("test", keep).await.unwrap();
    world.clock.advance(Duration::from_secs(10 * 86_400));
    world.app.settle_due().await;
    assert!(world.app.subject(&world.token, &SubjectName::Id(id)).await.is_ok());
    // A privileged one waits twice as long.
    let (admin, _) = create(&world, "admin", Tier::Privileged).await;
    world.app.request_erasure(&world.token, admin).await.unwrap();
    world.clock.advance(Duration::from_secs(47 * 3600));
    world.app.settle_due().await;
    assert!(world.app.subject(&world.token, &SubjectName::Id(admin)).await.is_ok());
    let token = world.application(&[Scope::SubjectsWrite, Scope::SubjectsRead], &[], None).await;
    for answer in [world.app.leave(&token, id).await, world.app.request_erasure(&token, id).await.map(drop)] {
        assert_eq!(refused::<()>(answer), Problem::ScopeMissing.name());
    }
}

#[tokio::test]
async fn leaving_counts_under_the_cap_of_revocations() {
    let world = World::new(StoreKind::Memory).await;
    let mut ids = Vec::new();
    for name in ["anna", "bert", "cora"] {
        ids.push(world.subject(name).await);
    }
    let caps = Some(Caps { revoke: 2, stage: 10 });
    let token = world.application(&[Scope::SubjectsLeave], &[], caps).await;
    world.app.leave(&token, ids[0]).await.unwrap();
    // Who has left takes no second place.
    world.app.leave(&token, ids[0]).await.unwrap();
    world.app.leave(&token, ids[1]).await.unwrap();
    // Another node counts the same places.
    for app in [&world.app, &world.other] {
        assert_eq!(refused::<()>(app.leave(&token, ids[2]).await), "too-many-requests");
    }
    assert!(world.app.subject(&world.token, &SubjectName::Id(ids[2])).await.is_ok());
    world.clock.advance(Duration::from_secs(3600));
    world.app.leave(&token, ids[2]).await.unwrap();
}
