//! Who may do what: scopes, tiers, keys, caps, tenants apart from each other.

use std::sync::Arc;
use std::time::Duration;

use postern_app::operator::{Command, NewApplication};
use postern_app::{NewSubject, SubjectName, SubjectPatch};
use postern_codes::Format;
use postern_core::application::{Caps, Scope, Token};
use postern_core::ids::TenantId;
use postern_core::subject::SubjectKind;
use postern_core::tenant::Tier;
use postern_testkit::{Http, Redeem, Service, StoreKind, World};

use crate::refused;

pub(crate) fn new(name: &str, tier: Tier) -> NewSubject {
    NewSubject { external_id: name.to_owned(), tier: Some(tier), kind: SubjectKind::Person, owner: None }
}

#[tokio::test]
async fn a_scope_reaches_its_tiers_and_no_others() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    let sheet = world.issue("anna", Format::Standard).await;
    let reader = world.application(&[Scope::SubjectsRead], &[], None).await;
    let anna = SubjectName::ExternalId("anna".to_owned());
    assert!(world.app.subject(&reader, &anna).await.is_ok());
    let redemption = world.redemption("anna", &sheet.codes[0], Redeem::default());
    assert_eq!(refused(world.app.redeem(&reader, redemption).await), "scope-missing");
    assert_eq!(refused(world.app.create_subject(&reader, new("x", Tier::Standard)).await), "scope-missing");
    let writer = world.application(&[Scope::SubjectsWrite], &[], None).await;
    assert_eq!(
        refused(world.app.create_subject(&writer, new("boss", Tier::Privileged)).await),
        "scope-missing"
    );
    world.app.create_subject(&world.token, new("boss", Tier::Privileged)).await.unwrap();
    assert_eq!(
        refused(world.app.subject(&reader, &SubjectName::ExternalId("boss".to_owned())).await),
        "scope-missing"
    );
    // Two people are needed for these, and no route brings them together.
    for tier in [Tier::BreakGlass, Tier::Service] {
        assert_eq!(
            refused(world.app.create_subject(&world.token, new("y", tier)).await),
            "assurance-insufficient"
        );
    }
    // A bare word is taken for the tier standard only.
    assert_eq!(refused(world.stage("boss", Format::Standard).await), "assurance-insufficient");
}

#[tokio::test]
async fn an_application_that_enforces_nothing_redeems_nothing() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    let sheet = world.issue("anna", Format::Standard).await;
    let lax = world.application(&[Scope::Redeem], &[], None).await;
    let redemption = world.redemption("anna", &sheet.codes[0], Redeem::default());
    assert_eq!(refused(world.app.redeem(&lax, redemption).await), "restrictions-not-enforced");
}

#[tokio::test]
async fn a_tier_only_rises_a_patch_needs_the_revision_and_device_tokens_end_with_the_tier() {
    let world = World::new(StoreKind::Sqlite).await;
    let id = world.subject("anna").await;
    let patch = |tier| SubjectPatch { tier: Some(tier), ..SubjectPatch::default() };
    let view = world.app.patch_subject(&world.token, id, 1, patch(Tier::Elevated)).await.unwrap();
    assert_eq!((view.tier, view.revision), (Tier::Elevated, 2));
    let stale = world.app.patch_subject(&world.token, id, 1, patch(Tier::Privileged)).await;
    assert_eq!(refused(stale), "version-mismatch");
    let lower = world.app.patch_subject(&world.token, id, 2, patch(Tier::Standard)).await;
    assert_eq!(refused(lower), "tier-cannot-be-lowered");
    let owner = SubjectPatch { owner: Some(Some("Human Resources".to_owned())), ..SubjectPatch::default() };
    let view = world.app.patch_subject(&world.token, id, 2, owner).await.unwrap();
    assert_eq!((view.owner.as_deref(), view.external_id.as_deref()), (Some("Human Resources"), Some("anna")));
    assert!(world.app.verify(None, true).await.unwrap().verified);
}

#[tokio::test]
async fn a_revoked_key_is_unknown_and_two_keys_overlap() {
    let world = World::new(StoreKind::Memory).await;
    let application = world.token.key.application;
    let tenant = world.tenant;
    let second = Command::ApplicationKeyCreate { tenant, application, expires_at: None };
    let key = world.app.operate("test", second.clone()).await.unwrap();
    let other = Arc::new(Token::parse(key["key"].as_str().unwrap()).unwrap());
    assert!(world.app.operate("test", second).await.is_err(), "a third key was made");
    let name = SubjectName::ExternalId("anna".to_owned());
    world.subject("anna").await;
    assert!(world.app.subject(&other, &name).await.is_ok());
    let revoke = Command::ApplicationKeyRevoke { tenant, application, number: 1 };
    world.app.operate("test", revoke).await.unwrap();
    assert_eq!(refused(world.app.subject(&world.token, &name).await), "key-unknown");
    assert!(world.app.subject(&other, &name).await.is_ok());
}

#[tokio::test]
async fn a_key_that_was_replaced_works_until_its_end_and_not_a_moment_longer() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        let (tenant, application) = (world.tenant, world.token.key.application);
        let rotate = Command::ApplicationKeyRotate { tenant, application, overlap: 3600, expires_at: None };
        let made = world.app.operate("test", rotate.clone()).await.unwrap();
        let new = made["key"].as_str().unwrap();
        // While both are live there is no third one.
        assert!(world.app.operate("test", rotate).await.is_err());
        let service = Service::start(&world).await;
        let status = async |key: &str| Http::connect(&service.authority, key).await.get("/v1/").await.status;
        assert_eq!((status(&world.key).await, status(new).await), (200, 200));
        world.clock.advance(Duration::from_millis(3_599_999));
        assert_eq!((status(&world.key).await, status(new).await), (200, 200));
        world.clock.advance(Duration::from_millis(1));
        assert_eq!((status(&world.key).await, status(new).await), (401, 200));
    }
}

#[tokio::test]
async fn tenants_do_not_see_each_other() {
    let world = World::new(StoreKind::Sqlite).await;
    let id = world.subject("anna").await;
    let sheet = world.issue("anna", Format::Standard).await;
    let made = world
        .app
        .operate("test", Command::TenantCreate { name: "other".to_owned(), prefix: None })
        .await
        .unwrap();
    let tenant = TenantId::parse(made["tenant"].as_str().unwrap()).unwrap();
    let application = NewApplication {
        name: "theirs".to_owned(),
        scopes: Scope::ALL.to_vec(),
        tiers: Tier::ALL.to_vec(),
        enforces: vec!["enrol".to_owned()],
        caps: None,
        trusted_backend: true,
        bound: Default::default(),
    };
    let (_, key) = world.app.operator("test").create_application(tenant, application).await.unwrap();
    let theirs = Arc::new(Token::parse(&key).unwrap());
    for name in [SubjectName::Id(id), SubjectName::ExternalId("anna".to_owned())] {
        assert_eq!(refused(world.app.subject(&theirs, &name).await), "not-found");
    }
    let redemption = world.redemption("anna", &sheet.codes[0], Redeem::default());
    assert_eq!(refused(world.app.redeem(&theirs, redemption).await), "code-not-accepted");
    assert_eq!(refused(world.app.discard(&theirs, sheet.set).await), "not-found");
    // The same external id is another subject there.
    let created = world.app.create_subject(&theirs, new("anna", Tier::Standard)).await.unwrap();
    assert!(created.created && created.subject != id);
    assert!(world.app.verify(None, true).await.unwrap().verified);
}

#[tokio::test]
async fn caps_count_over_restarts_because_they_are_claims() {
    let world = World::new(StoreKind::Sqlite).await;
    let scopes = [Scope::SetsStage, Scope::SubjectsWrite];
    let capped = world.application(&scopes, &["enrol"], Some(Caps { revoke: 1, stage: 2 })).await;
    for (n, name) in ["a", "b", "c"].into_iter().enumerate() {
        world.subject(name).await;
        let staged = world.app.stage(&capped, world.staging(name, Format::Standard)).await;
        assert_eq!(staged.is_ok(), n < 2, "{name}");
    }
    world.clock.advance(std::time::Duration::from_secs(3600));
    world.app.stage(&capped, world.staging("c", Format::Standard)).await.unwrap();
    assert!(world.app.verify(None, true).await.unwrap().verified);
}
