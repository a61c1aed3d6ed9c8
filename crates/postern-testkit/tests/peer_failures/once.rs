//! A code is accepted once: races, lost updates, commits that do not happen, retries.

use std::sync::Arc;

use postern_app::NewSubject;
use postern_codes::Format;
use postern_core::subject::SubjectKind;
use postern_testkit::{Redeem, StoreKind, World};

use crate::{count, refused, sound};

/// Clients at once.
const CLIENTS: usize = 24;

/// Redeems a code of each pair at once, over the nodes in turn; how many were accepted.
async fn at_once(world: &Arc<World>, name: &str, codes: Vec<String>) -> Vec<Result<u8, &'static str>> {
    let mut asked = tokio::task::JoinSet::new();
    for (n, code) in codes.into_iter().enumerate() {
        let (world, name) = (Arc::clone(world), name.to_owned());
        asked.spawn(async move {
            let app = if n % 2 == 0 { &world.app } else { &world.other };
            let redemption = world.redemption(&name, &code, crate::from(&format!("10.0.{n}.1")));
            let answer = app.redeem(&world.token, redemption).await;
            answer.map(|redeemed| redeemed.remaining).map_err(|problem| problem.name())
        });
    }
    asked.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn peer_failure_b01_one_code_in_concurrent_requests_is_accepted_once() {
    for kind in StoreKind::ALL {
        let world = Arc::new(World::new(kind).await);
        world.subject("anna").await;
        let sheet = world.issue("anna", Format::Standard).await;
        for code in &sheet.codes[..4] {
            let answers = at_once(&world, "anna", vec![code.clone(); CLIENTS]).await;
            assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{kind:?} {answers:?}");
        }
        assert_eq!(count(&world, "code.spent").await, 4);
        sound(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn peer_failure_b02_two_codes_at_once_never_bring_one_back() {
    for kind in StoreKind::ALL {
        let world = Arc::new(World::new(kind).await);
        world.subject("anna").await;
        let sheet = world.issue("anna", Format::Standard).await;
        for pair in sheet.codes[..6].chunks(2) {
            let answers = at_once(&world, "anna", pair.to_vec()).await;
            assert!(answers.iter().all(Result::is_ok), "{kind:?} {answers:?}");
            let again = at_once(&world, "anna", pair.to_vec()).await;
            assert!(again.iter().all(Result::is_err), "{kind:?}: a spent code came back");
        }
        let left = world.redeem("anna", &sheet.codes[6], Redeem::default()).await.unwrap();
        assert_eq!(left.remaining, 3, "{kind:?}");
        sound(&world).await;
    }
}

/// Lets a server do something to writes that the store does not know of; what takes it away again. (SQLite runs no
/// triggers: the store switches them off.)
fn plant(world: &World, when: &str, body: &str) -> impl Fn() {
    let function =
        format!("CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$;");
    world.database().psql(&format!("{function} CREATE {when} FOR EACH ROW EXECUTE FUNCTION planted()"));
    || drop(world.database().psql("DROP FUNCTION planted CASCADE"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn peer_failure_b03_without_a_commit_there_is_no_yes() {
    for when in [
        "TRIGGER planted BEFORE INSERT ON pending",
        "TRIGGER planted BEFORE UPDATE ON subject",
        // All is written, and then the commit itself fails.
        "CONSTRAINT TRIGGER planted AFTER INSERT ON pending DEFERRABLE INITIALLY DEFERRED",
        "CONSTRAINT TRIGGER planted AFTER UPDATE ON subject DEFERRABLE INITIALLY DEFERRED",
    ] {
        let world = World::new(StoreKind::Postgres).await;
        world.subject("anna").await;
        let sheet = world.issue("anna", Format::Standard).await;
        let taken_away = plant(&world, when, "RAISE EXCEPTION 'planted';");
        let answer = world.redeem("anna", &sheet.codes[0], Redeem::default()).await;
        assert!(["unavailable", "outcome-unknown"].contains(&refused(answer)), "{when}");
        taken_away();
        // It was not spent, and the service goes on by itself.
        world.redeem("anna", &sheet.codes[0], Redeem::default()).await.unwrap();
        assert_eq!(count(&world, "code.spent").await, 1);
        sound(&world).await;
    }
}

#[tokio::test]
async fn peer_failure_b04_a_wrong_code_is_never_a_yes() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        let mut accepted = 0;
        for format in Format::ALL {
            let name = format.name();
            world.subject(name).await;
            let (sheet, foreign) = (world.issue(name, format).await, format!("other-{name}"));
            world.subject(&foreign).await;
            let theirs = world.issue(&foreign, format).await;
            for wrong in &theirs.codes[..3] {
                assert_eq!(refused(world.redeem(name, wrong, Redeem::default()).await), "code-not-accepted");
            }
            accepted += usize::from(world.redeem(name, &sheet.codes[0], Redeem::default()).await.is_ok());
            assert_eq!(
                refused(world.redeem(name, &sheet.codes[0], Redeem::default()).await),
                "code-not-accepted"
            );
        }
        // As many answers as spends, and as many refusals as were told.
        assert_eq!((accepted, count(&world, "code.spent").await), (3, 3), "{kind:?}");
        assert_eq!(count(&world, "code.refused").await, 12, "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn peer_failure_b05_an_old_code_is_never_accepted_after_the_new_set() {
    for kind in StoreKind::ALL {
        let world = Arc::new(World::new(kind).await);
        for round in 0..6 {
            let name = format!("anna-{round}");
            world.subject(&name).await;
            let old = world.issue(&name, Format::Standard).await;
            let staged = world.stage(&name, Format::Standard).await.unwrap();
            let first = staged.codes.unwrap().sheet[0].text.to_string();
            let racing = at_once(&world, &name, old.codes[1..5].to_vec());
            let (confirmed, _) = tokio::join!(world.confirm(staged.set, &first), racing);
            assert_eq!(confirmed.unwrap().superseded, Some(old.set));
            let late = at_once(&world, &name, old.codes[1..].to_vec()).await;
            assert!(
                late.iter().all(Result::is_err),
                "{kind:?}: an old code was accepted after its successor"
            );
        }
        let names = crate::events(&world).await;
        for subject in names.iter().filter(|event| event["type"] == "code_set.activated") {
            let generation = subject["fact"]["generation"].as_u64().unwrap();
            let of = |event: &&serde_json::Value| event["object"] == subject["object"];
            let after = names.iter().filter(of).skip_while(|event| *event != subject);
            let mut spends = after.filter(|event| event["type"] == "code.spent");
            if generation == 2 {
                assert!(spends.all(|event| event["fact"]["generation"] == 2), "{kind:?}");
            }
        }
        sound(&world).await;
    }
}

#[tokio::test]
async fn peer_failure_b06_renewing_ends_every_code_of_the_old_sheet() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        world.subject("anna").await;
        let old = world.issue("anna", Format::Standard).await;
        let new = world.issue("anna", Format::Standard).await;
        for (n, code) in old.codes.iter().enumerate() {
            let answer = world.redeem("anna", code, crate::from(&format!("10.0.{n}.1"))).await;
            assert_eq!(refused(answer), "code-not-accepted", "{kind:?}");
        }
        world.redeem("anna", &new.codes[0], Redeem::default()).await.unwrap();
    }
}

#[tokio::test]
async fn peer_failure_b17_a_fault_of_the_server_costs_neither_a_code_nor_an_attempt() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        world.subject("anna").await;
        let sheet = world.issue("anna", Format::Compact).await;
        world.keys.answers(false);
        for _ in 0..60 {
            assert_eq!(
                refused(world.redeem("anna", &sheet.codes[0], Redeem::default()).await),
                "unavailable"
            );
        }
        world.keys.answers(true);
        // Spent, but the answer could not be signed: who asks again with the same key gets it.
        let key = || Redeem { key: Some("same".to_owned()), ..Redeem::default() };
        world.keys.signs(false);
        assert_eq!(refused(world.redeem("anna", &sheet.codes[0], key()).await), "outcome-unknown");
        world.keys.signs(true);
        let answer = world.redeem("anna", &sheet.codes[0], key()).await.unwrap();
        assert!(answer.replayed && answer.remaining == 9, "{kind:?}");
        assert_eq!((count(&world, "code.spent").await, count(&world, "code.refused").await), (1, 0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn peer_failure_b32_a_write_that_changes_no_row_is_no_yes() {
    for when in ["TRIGGER planted BEFORE UPDATE ON subject", "TRIGGER planted BEFORE INSERT ON pending"] {
        let world = World::new(StoreKind::Postgres).await;
        world.subject("anna").await;
        let sheet = world.issue("anna", Format::Standard).await;
        let taken_away = plant(&world, when, "RETURN NULL;");
        let answer = world.redeem("anna", &sheet.codes[0], Redeem::default()).await;
        assert!(answer.is_err(), "{when}: the write was dropped and nobody noticed");
        taken_away();
        world.redeem("anna", &sheet.codes[0], Redeem::default()).await.unwrap();
        assert_eq!(count(&world, "code.spent").await, 1);
        sound(&world).await;
    }
    for when in ["TRIGGER planted BEFORE INSERT ON claim", "TRIGGER planted BEFORE INSERT ON keyring"] {
        let world = World::new(StoreKind::Postgres).await;
        let new = || NewSubject {
            external_id: "berta".to_owned(),
            tier: None,
            kind: SubjectKind::Person,
            owner: None,
        };
        let taken_away = plant(&world, when, "RETURN NULL;");
        let answer = world.app.create_subject(&world.token, new()).await;
        assert!(answer.is_err(), "{when}: the write was dropped and nobody noticed");
        taken_away();
        let made = world.app.create_subject(&world.token, new()).await.unwrap();
        assert_eq!((count(&world, "subject.created").await, made.revision), (1, 1), "{when}");
        sound(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn peer_failure_b34_who_meets_somebody_is_neither_an_error_nor_refused() {
    for kind in StoreKind::ALL {
        let world = Arc::new(World::new(kind).await);
        for round in 0..5 {
            let name = format!("anna-{round}");
            world.subject(&name).await;
            let sheet = world.issue(&name, Format::Standard).await;
            let mut answers = at_once(&world, &name, sheet.codes[..6].to_vec()).await;
            answers.sort_unstable();
            let expected: Vec<_> = (4..10).map(Ok).collect();
            assert_eq!(answers, expected, "{kind:?}");
        }
    }
}
