//! A set's life: shown before it works, warned of before it ends, untouched by what is about something else; the
//! evidence of it, and the words about it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use postern_app::operator::{Command, TierChange};
use postern_app::{App, Redemption, SubjectPatch};
use postern_codes::Format;
use postern_core::tenant::Tier;
use postern_core::verifier::Stretch;
use postern_testkit::{Redeem, StoreKind, World, reopen};
use rusqlite::Connection;
use serde_json::json;

use crate::{count, events, refused};

#[tokio::test]
async fn peer_failure_b23_a_set_that_nobody_saw_replaces_nothing() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        world.subject("anna").await;
        let old = world.issue("anna", Format::Standard).await;
        let unseen = world.stage("anna", Format::Standard).await.unwrap();
        let code = unseen.codes.unwrap().sheet[0].text.to_string();
        assert_eq!(refused(world.redeem("anna", &code, Redeem::default()).await), "code-not-accepted");
        world.redeem("anna", &old.codes[0], Redeem::default()).await.unwrap();
        world.clock.advance(Duration::from_secs(16 * 60));
        assert_eq!(refused(world.confirm(unseen.set, &code).await), "state-changed");
        world.redeem("anna", &old.codes[1], Redeem::default()).await.unwrap();
    }
}

#[tokio::test]
async fn peer_failure_b24_the_last_codes_are_told_before_they_are_gone() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        world.subject("anna").await;
        let sheet = world.issue("anna", Format::Standard).await;
        for (n, code) in sheet.codes.iter().enumerate() {
            world.clock.advance(Duration::from_secs(86_400));
            let redeemed = world.redeem("anna", code, Redeem::default()).await.unwrap();
            assert_eq!(redeemed.warnings.contains(&"low_stock"), n >= 6, "{kind:?} {n}");
            assert_eq!(redeemed.warnings.contains(&"last_code"), n == 9, "{kind:?} {n}");
        }
        assert_eq!(count(&world, "code_set.exhausted").await, 1);
        // Nobody is stranded: a new set is staged as ever.
        let sheet = world.issue("anna", Format::Standard).await;
        world.clock.advance(Duration::from_secs(86_400));
        world.redeem("anna", &sheet.codes[0], Redeem::default()).await.unwrap();
    }
}

/// Puts something over the data of a closed world, and says whether verification finds fault.
async fn noticed(data: &Path, change: &str, world: &impl Fn(&Path) -> Arc<App>) -> bool {
    let copy = tempfile::TempDir::new().unwrap();
    for entry in std::fs::read_dir(data).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
        std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    let db = Connection::open(copy.path().join("postern.db")).unwrap();
    db.execute_batch(change).unwrap();
    drop(db);
    !world(copy.path()).verify(None, true).await.is_ok_and(|report| report.verified)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn peer_failure_b27_the_ends_of_the_log_are_guarded_like_its_middle() {
    let world = World::new(StoreKind::Sqlite).await;
    world.subject("anna").await;
    let sheet = world.issue("anna", Format::Standard).await;
    world.redeem("anna", &sheet.codes[0], Redeem::default()).await.unwrap();
    let (folder, keys, clock, _) = world.close();
    let open = |data: &Path| reopen(data, &keys, &clock);
    assert!(!noticed(folder.path(), "", &open).await, "nothing was changed");
    let last = "(SELECT max(idx) FROM event AS e WHERE e.tenant = event.tenant)";
    for change in [
        format!("DELETE FROM event WHERE idx = {last}"),
        "DELETE FROM event WHERE idx = 0".to_owned(),
        "DELETE FROM event WHERE idx = 2".to_owned(),
        format!(
            "UPDATE event SET body = (SELECT body FROM event AS e WHERE e.tenant = event.tenant AND e.idx = 1) WHERE idx = {last}"
        ),
        "UPDATE event SET mac = zeroblob(32) WHERE idx = 1".to_owned(),
        "DELETE FROM event".to_owned(),
    ] {
        assert!(noticed(folder.path(), &change, &open).await, "{change}");
    }
}

#[tokio::test]
async fn peer_failure_b28_the_caller_is_told_which_set_ended() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        world.subject("anna").await;
        let old = world.issue("anna", Format::Standard).await;
        let staged = world.stage("anna", Format::Standard).await.unwrap();
        let code = staged.codes.unwrap().sheet[0].text.to_string();
        // The answer names it, and so does the log, for whoever ends the sessions that it opened.
        assert_eq!(world.confirm(staged.set, &code).await.unwrap().superseded, Some(old.set));
        let told = events(&world).await;
        let ended = told.iter().find(|event| event["type"] == "code_set.superseded").unwrap();
        assert_eq!(ended["fact"]["generation"], json!(old.set.generation), "{kind:?}");
        let redeemed = world.redeem("anna", &code, Redeem::default()).await.unwrap();
        assert_eq!(redeemed.set, staged.set, "an answer does not say which set opened the session");
    }
}

#[tokio::test]
async fn peer_failure_b29_what_is_about_another_factor_ends_no_code() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        let prover = world.prover().await;
        let id = world.subject("anna").await;
        let sheet = world.issue("anna", Format::Standard).await;
        let revoke = Command::ProverRevoke { tenant: world.tenant, prover: prover.id };
        world.app.operate("test", revoke).await.unwrap();
        let owner =
            SubjectPatch { owner: Some(Some("Human Resources".to_owned())), ..SubjectPatch::default() };
        let revision =
            world.app.subject(&world.token, &postern_app::SubjectName::Id(id)).await.unwrap().revision;
        world.app.patch_subject(&world.token, id, revision, owner).await.unwrap();
        world.app.settle_due().await;
        for name in ["code_set.revoked", "code_set.discarded", "code.revoked", "code_set.superseded"] {
            assert_eq!(count(&world, name).await, 0, "{kind:?}: {name}");
        }
        assert_eq!(world.redeem("anna", &sheet.codes[0], Redeem::default()).await.unwrap().remaining, 9);
    }
}

#[tokio::test]
async fn peer_failure_b30_settings_change_no_code_that_there_is() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        for format in Format::ALL {
            world.subject(format.name()).await;
        }
        let mut sheets = Vec::new();
        for format in Format::ALL {
            sheets.push((format.name(), world.issue(format.name(), format).await));
        }
        for (format, count, stretch) in [("compact", 5, "pbkdf2"), ("numeric", 3, "argon2id")] {
            let tier = TierChange {
                tier: Tier::Standard,
                format: Some(format.to_owned()),
                count: Some(count),
                lifetime_days: Some(30),
                low_stock: Some(1),
                stretch: Some(stretch.to_owned()),
            };
            let prefix = Some(if count == 5 { "ACME" } else { "WXYZ" }.to_owned());
            let change =
                Command::TenantChange { tenant: world.tenant, prefix, tier: Some(tier), keep_kinds: false };
            world.app.operate("test", change).await.unwrap();
        }
        world.clock.advance(Duration::from_secs(60 * 86_400));
        for (name, sheet) in &sheets {
            let redeemed = world.redeem(name, &sheet.codes[9], Redeem::default()).await.unwrap();
            assert_eq!((redeemed.remaining, redeemed.warnings), (9, vec![]), "{kind:?} {name}");
            let redemption: Redemption = world.redemption(name, &sheet.codes[9], Redeem::default());
            assert_eq!(refused(world.app.redeem(&world.token, redemption).await), "code-not-accepted");
        }
    }
}

#[test]
fn peer_failure_b35_the_words_about_codes_are_what_the_code_does() {
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/code-formats.md");
    let docs = std::fs::read_to_string(docs).unwrap();
    for format in Format::ALL {
        let row = docs.lines().find(|line| line.starts_with(&format!("| `{}`", format.name()))).unwrap();
        let bits = (format.secret_bits() * 10.0).round() / 10.0;
        let unit = if format == Format::Numeric { "digits" } else { "of Crockford's base32" };
        let unit = if format == Format::Compact { "in groups" } else { unit };
        for said in [
            format!("| {} {unit}", format.symbols()),
            format!("groups of {}", format.group()),
            format!("{} secret, {} check", format.secret_symbols(), format.check_symbols()),
            format!("| {bits} bits |"),
        ] {
            assert!(row.contains(&said), "{said} is not in {row}");
        }
        assert_eq!(row.contains("always stretched"), format.stretched(), "{row}");
    }
    for said in
        ["19 MiB, two passes", "600,000 iterations", "At most 99 codes in a set, 31 in a `compact` one"]
    {
        assert!(docs.contains(said), "{said}");
    }
    let (argon2id, pbkdf2) = (Stretch::ARGON2ID, Stretch::PBKDF2);
    assert!(matches!(argon2id, Stretch::Argon2id { memory: 19_456, passes: 2, .. }), "{argon2id:?}");
    assert_eq!(pbkdf2, Stretch::Pbkdf2 { iterations: 600_000 });
    assert_eq!([99, 31], [Format::Standard.most_codes(), Format::Compact.most_codes()]);
}
