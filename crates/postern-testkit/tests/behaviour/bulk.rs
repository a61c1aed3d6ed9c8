//! Ending very many sets: named one by one under a cap, or by a campaign that counts from its first commit.

use std::time::Duration;

use postern_app::operator::Command;
use postern_app::{BulkRevocation, RevokedOf, SubjectName, SubjectPatch};
use postern_codes::Format;
use postern_core::application::{Caps, Scope};
use postern_core::ports::Clock as _;
use postern_core::subject::fact::RevokeReason;
use postern_core::tenant::Tier;
use postern_testkit::{Redeem, Sheet, StoreKind, World, request};

use crate::refused;

/// Nobody's.
const GUESS: &str = "PSTN-CVG87-KK9E7-Y2F4M-SFA7C-0ZN58";

fn named(names: &[&str], key: &str) -> BulkRevocation {
    BulkRevocation {
        reason: RevokeReason::Leaked,
        subjects: names.iter().map(|name| SubjectName::ExternalId((*name).to_owned())).collect(),
        request: request(Some(key.to_owned()), &names.join(",")),
    }
}

#[tokio::test]
async fn many_are_revoked_by_name_and_a_late_retry_ends_nothing_new() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        for name in ["anna", "bert", "cora"] {
            world.subject(name).await;
        }
        let (anna, bert) =
            (world.issue("anna", Format::Standard).await, world.issue("bert", Format::Standard).await);
        let staged = world.stage("bert", Format::Standard).await.unwrap();
        let asked = named(&["anna", "bert", "cora", "nobody"], "bulk");
        let expected = [RevokedOf::Revoked, RevokedOf::Revoked, RevokedOf::WithoutCodes, RevokedOf::NotFound];
        assert_eq!(world.app.revoke_many(&world.token, &asked).await.unwrap(), expected);
        for (name, sheet) in [("anna", &anna), ("bert", &bert)] {
            let late = world.redeem(name, &sheet.codes[1], Redeem::default()).await;
            assert_eq!(refused(late), "code-not-accepted");
        }
        let staged_code = &staged.codes.unwrap().sheet[0].text;
        assert_eq!(refused(world.confirm(staged.set, staged_code).await), "state-changed");
        let next = world.issue("anna", Format::Standard).await;
        assert_eq!(world.other.revoke_many(&world.token, &asked).await.unwrap()[..2], expected[..2]);
        world.redeem("anna", &next.codes[1], Redeem::default()).await.unwrap();
        // The same key for another request.
        let other = BulkRevocation { reason: RevokeReason::Lost, ..named(&["anna"], "bulk") };
        assert_eq!(refused(world.app.revoke_many(&world.token, &other).await), "idempotency-key-reused");
        assert!(world.app.verify(None, true).await.unwrap().verified);
    }
}

/// After seven more answers a request ends all that anna has. What she is issued next, when the three oldest answers are a
/// day old, and the request is not.
async fn ended_where_all_places_are_taken(world: &World, asked: &BulkRevocation) -> Sheet {
    let apart = Duration::from_secs(21 * 60);
    for _ in 0..7 {
        world.clock.advance(apart);
        world.stage("anna", Format::Standard).await.unwrap();
    }
    assert_eq!(world.app.revoke_many(&world.token, asked).await.unwrap(), [RevokedOf::Revoked]);
    world.clock.advance(Duration::from_secs(24 * 3600) - 5 * apart);
    world.issue("anna", Format::Standard).await
}

#[tokio::test]
async fn a_late_retry_ends_nothing_new_also_where_all_places_for_answers_were_taken() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        world.subject("anna").await;
        world.stage("anna", Format::Standard).await.unwrap();
        let asked = named(&["anna"], "bulk");
        let next = ended_where_all_places_are_taken(&world, &asked).await;
        assert_eq!(world.other.revoke_many(&world.token, &asked).await.unwrap(), [RevokedOf::Revoked]);
        world.redeem("anna", &next.codes[1], Redeem::default()).await.unwrap();
        assert!(world.app.verify(None, true).await.unwrap().verified);
    }
}

/// Where codes were compromised the end of one set takes along the one that waits. Its mark stays by age all the same.
#[tokio::test]
async fn a_repetition_ends_nothing_new_also_after_other_answers_made_place() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    world.issue("anna", Format::Standard).await;
    let asked = named(&["anna"], "bulk");
    let next = ended_where_all_places_are_taken(&world, &asked).await;
    for network in 0..9 {
        let address = Some(format!("10.0.{network}.1"));
        let wrong = world.redeem("anna", GUESS, Redeem { address, ..Redeem::default() }).await;
        assert_eq!(refused(wrong), "code-not-accepted");
    }
    assert_eq!(world.app.revoke_many(&world.token, &asked).await.unwrap(), [RevokedOf::Revoked]);
    world.redeem("anna", &next.codes[1], Redeem::default()).await.unwrap();
}

#[tokio::test]
async fn each_of_many_counts_under_the_cap() {
    let world = World::new(StoreKind::Memory).await;
    for name in ["anna", "bert", "cora"] {
        world.subject(name).await;
        world.issue(name, Format::Standard).await;
    }
    let caps = Some(Caps { revoke: 2, stage: 10 });
    let token = world.application(&[Scope::SetsRevoke], &[], caps).await;
    let refusal = world.app.revoke_many(&token, &named(&["anna", "bert", "cora"], "bulk")).await;
    assert_eq!(refused(refusal), "too-many-requests");
    let revoked = world.names().await.iter().filter(|name| *name == "code_set.revoked").count();
    assert_eq!(revoked, 2);
    // An hour later the same request does the rest.
    world.clock.advance(Duration::from_secs(3600));
    assert!(world.app.revoke_many(&token, &named(&["anna", "bert", "cora"], "bulk")).await.is_ok());
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "it writes behind the store's back")]
async fn one_that_is_out_of_reach_or_altered_keeps_none_of_the_others() {
    let world = World::new(StoreKind::Sqlite).await;
    let (altered, guarded) = (world.subject("anna").await, world.subject("bert").await);
    for name in ["anna", "bert"] {
        world.issue(name, Format::Standard).await;
    }
    world.subject("cora").await;
    let cora = world.issue("cora", Format::Standard).await;
    let name = SubjectName::Id(guarded);
    let revision = world.app.subject(&world.token, &name).await.unwrap().revision;
    let raise = SubjectPatch { tier: Some(Tier::Elevated), kind: None, owner: None };
    world.app.patch_subject(&world.token, guarded, revision, raise).await.unwrap();
    let db = rusqlite::Connection::open(world.data().join("postern.db")).unwrap();
    let flip = "UPDATE subject SET seal = zeroblob(32) WHERE id = ?1";
    assert_eq!(db.execute(flip, (altered.bytes(),)).unwrap(), 1);
    // Of the tier standard alone.
    let token = world.application(&[Scope::SetsRevoke], &[], None).await;
    let asked = named(&["anna", "bert", "cora"], "bulk");
    let expected = [RevokedOf::Altered, RevokedOf::OutOfReach, RevokedOf::Revoked];
    assert_eq!(world.app.revoke_many(&token, &asked).await.unwrap(), expected);
    assert_eq!(refused(world.redeem("cora", &cora.codes[1], Redeem::default()).await), "code-not-accepted");
    assert!(world.app.subject(&world.token, &name).await.unwrap().status.active.is_some());
    assert_eq!(refused(world.app.revoke_many(&token, &named(&["bert"], "alone")).await), "scope-missing");
    // Without the scope nothing is told of anybody.
    let token = world.application(&[Scope::Redeem], &[], None).await;
    assert_eq!(refused(world.app.revoke_many(&token, &asked).await), "scope-missing");
}

async fn count(world: &World) -> u64 {
    let command = Command::CampaignCount { tenant: world.tenant, issued_before: None, key_version: None };
    world.app.operate("test", command).await.unwrap()["sets"].as_u64().unwrap()
}

fn start(world: &World, sets: u64) -> Command {
    let (tenant, reason) = (world.tenant, RevokeReason::Bulk);
    Command::CampaignStart { tenant, issued_before: None, key_version: None, reason, sets }
}

#[tokio::test]
async fn a_campaign_counts_from_its_first_commit_and_ends_every_set() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        for name in ["anna", "bert", "cora"] {
            world.subject(name).await;
        }
        let anna = world.issue("anna", Format::Standard).await;
        let bert = world.issue("bert", Format::Compact).await;
        let staged = world.stage("cora", Format::Standard).await.unwrap();
        let staged_code = staged.codes.unwrap().sheet.remove(0).text;
        assert_eq!(count(&world).await, 3);
        assert!(
            world.app.operate("test", start(&world, 2)).await.is_err(),
            "it was started on another count"
        );
        world.redeem("anna", &anna.codes[1], Redeem::default()).await.unwrap();
        world.app.operate("test", start(&world, 3)).await.unwrap();
        assert!(world.app.take_campaigns_due());
        // Nobody has walked yet, and nothing of it is accepted any more, on either node.
        world.clock.advance(Duration::from_millis(2));
        for (name, sheet) in [("anna", &anna), ("bert", &bert)] {
            for app in [&world.app, &world.other] {
                let asked = world.redemption(name, &sheet.codes[2], Redeem::default());
                assert_eq!(refused(app.redeem(&world.token, asked).await), "code-not-accepted");
            }
            let name = SubjectName::ExternalId(name.to_owned());
            assert!(world.app.subject(&world.token, &name).await.unwrap().status.active.is_none());
        }
        assert_eq!(refused(world.confirm(staged.set, &staged_code).await), "state-changed");
        // A set that is staged now is none of the campaign's.
        let next = world.issue("anna", Format::Standard).await;
        world.app.run_campaigns().await;
        world.other.run_campaigns().await;
        assert_eq!(count(&world).await, 1);
        world.redeem("anna", &next.codes[1], Redeem::default()).await.unwrap();
        let names = world.names().await;
        let of = |wanted: &str| names.iter().filter(|name| *name == wanted).count();
        assert_eq!((of("campaign.started"), of("campaign.finished")), (1, 1));
        assert_eq!((of("code_set.revoked"), of("code_set.superseded"), of("code_set.discarded")), (1, 1, 1));
        let report = world.app.verify(None, true).await.unwrap();
        assert!(report.verified, "{:?}", report.findings);
    }
}

#[tokio::test]
async fn a_campaign_without_a_date_ends_sets_of_a_clock_that_was_ahead_and_none_that_is_staged_after() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        for name in ["anna", "bert", "cora"] {
            world.subject(name).await;
        }
        let anna = world.issue("anna", Format::Standard).await;
        let ahead = Duration::from_secs(2 * 3600);
        world.clock.advance(ahead);
        let bert = world.issue("bert", Format::Standard).await;
        world.clock.retreat(ahead);
        assert_eq!(count(&world).await, 2);
        world.app.operate("test", start(&world, 2)).await.unwrap();
        world.clock.advance(Duration::from_millis(2));
        // Nobody has walked yet. Staged now, before the moment that the clock showed.
        let cora = world.issue("cora", Format::Standard).await;
        world.redeem("cora", &cora.codes[1], Redeem::default()).await.unwrap();
        world.clock.advance(ahead);
        for (name, sheet) in [("anna", &anna), ("bert", &bert)] {
            let late = world.redeem(name, &sheet.codes[1], Redeem::default()).await;
            assert_eq!(refused(late), "code-not-accepted", "{name}");
        }
        let next = world.issue("bert", Format::Standard).await;
        world.redeem("bert", &next.codes[1], Redeem::default()).await.unwrap();
        world.app.run_campaigns().await;
        world.redeem("cora", &cora.codes[2], Redeem::default()).await.unwrap();
        assert_eq!(count(&world).await, 2);
        assert!(world.app.verify(None, true).await.unwrap().verified);
    }
}

/// A database takes no event of a time that is still to come, so a set of such a time cannot be ended by itself.
#[tokio::test]
async fn a_campaign_begins_also_where_sets_of_a_clock_that_was_ahead_cannot_be_ended_before() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    let ahead = Duration::from_secs(2 * 3600);
    world.clock.advance(ahead);
    let anna = world.issue("anna", Format::Standard).await;
    world.clock.retreat(ahead);
    world.store.refuses_after(world.clock.now().plus(Duration::from_secs(5)));
    assert_eq!(count(&world).await, 1);
    world.app.operate("test", start(&world, 1)).await.unwrap();
    world.store.refuses(false);
    world.clock.advance(ahead + Duration::from_secs(1));
    let late = world.redeem("anna", &anna.codes[1], Redeem::default()).await;
    assert_eq!(refused(late), "code-not-accepted");
    world.app.run_campaigns().await;
    let next = world.issue("anna", Format::Standard).await;
    world.redeem("anna", &next.codes[1], Redeem::default()).await.unwrap();
}

#[tokio::test]
async fn a_campaign_takes_what_its_selection_says_and_no_other_tenant() {
    let world = World::new(StoreKind::Sqlite).await;
    world.subject("anna").await;
    let anna = world.issue("anna", Format::Standard).await;
    let before = world.clock.now();
    world.clock.advance(Duration::from_secs(60));
    world.subject("bert").await;
    let bert = world.issue("bert", Format::Standard).await;
    let other = Command::TenantCreate { name: "other".to_owned(), prefix: None };
    world.app.operate("test", other).await.unwrap();
    let (tenant, reason) = (world.tenant, RevokeReason::Bulk);
    let issued_before = Some(before.plus(Duration::from_secs(1)));
    // Of another version of the pepper there is none.
    let none = Command::CampaignCount { tenant, issued_before, key_version: Some(2) };
    assert_eq!(world.app.operate("test", none).await.unwrap()["sets"], 0);
    let start = Command::CampaignStart { tenant, issued_before, key_version: Some(1), reason, sets: 1 };
    world.app.operate("test", start).await.unwrap();
    let list = Command::CampaignList { tenant };
    assert_eq!(world.app.operate("test", list.clone()).await.unwrap()["items"].as_array().unwrap().len(), 1);
    world.app.run_campaigns().await;
    assert_eq!(world.app.operate("test", list).await.unwrap()["items"].as_array().unwrap().len(), 0);
    assert_eq!(refused(world.redeem("anna", &anna.codes[1], Redeem::default()).await), "code-not-accepted");
    world.redeem("bert", &bert.codes[1], Redeem::default()).await.unwrap();
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "it writes behind the store's back")]
async fn an_altered_row_keeps_no_campaign_from_ending_the_others() {
    let world = World::new(StoreKind::Sqlite).await;
    let altered = world.subject("anna").await;
    world.issue("anna", Format::Standard).await;
    for name in ["bert", "cora", "dora"] {
        world.subject(name).await;
        world.issue(name, Format::Standard).await;
    }
    let db = rusqlite::Connection::open(world.data().join("postern.db")).unwrap();
    let flip = "UPDATE subject SET seal = zeroblob(32) WHERE id = ?1";
    assert_eq!(db.execute(flip, (altered.bytes(),)).unwrap(), 1);
    assert_eq!(count(&world).await, 3);
    world.app.operate("test", start(&world, 3)).await.unwrap();
    world.app.run_campaigns().await;
    assert_eq!(count(&world).await, 0);
    // It stays open until the row is mended.
    let list = Command::CampaignList { tenant: world.tenant };
    let running = world.app.operate("test", list).await.unwrap();
    assert_eq!(running["items"][0]["revoked"], 3, "{running}");
}
