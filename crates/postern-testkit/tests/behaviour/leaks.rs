//! Words that were found: said to be live, spent, old or not ours, without spending and without counting a guess.

use std::time::Duration;

use postern_app::operator::Command;
use postern_app::{
    LeakAnswer, LeakCursor, LeakOutcome, LeakQuestion, Problem, Special, Staging, SubjectName, SubjectPatch,
};
use postern_codes::Format;
use postern_core::application::{Scope, Token};
use postern_core::ids::SubjectId;
use postern_core::kinds::CodeKind;
use postern_core::limits;
use postern_core::tenant::{LeakPolicy, Tier};
use postern_testkit::{Redeem, StoreKind, World, request, tenant};
use serde_json::Value;
use std::sync::Arc;
use zeroize::Zeroizing;

use crate::refused;

const NOT_OURS: LeakOutcome = LeakOutcome::NotOurs;
const LIVE: LeakOutcome = LeakOutcome::Live { revoked: false };
const REVOKED: LeakOutcome = LeakOutcome::Live { revoked: true };
/// A well-formed code that is nobody's, and the same with a slip.
const NOBODYS: &str = "PSTN-6N6NW-S9B8B-XYXXT-K5NXF-Y9YZ2";
const MISTYPED: &str = "PSTN-6N6NW-S9B8B-XYXXT-K5NXF-Y9YZ3";

fn question(words: &[&str], subjects: &[&str], key: Option<&str>) -> LeakQuestion {
    LeakQuestion {
        words: words.iter().map(|word| Zeroizing::new((*word).to_owned())).collect(),
        subjects: subjects.iter().map(|name| SubjectName::ExternalId((*name).to_owned())).collect(),
        after: None,
        request: request(key.map(str::to_owned), &subjects.join(",")),
    }
}

async fn ask(world: &World, token: &Arc<Token>, asked: LeakQuestion) -> Result<LeakAnswer, Problem> {
    world.app.check_leaks(token, &asked).await
}

/// What words are, asked with the tenant's own key.
async fn said(world: &World, words: &[&str], subjects: &[&str]) -> Vec<LeakOutcome> {
    let answer = ask(world, &world.token, question(words, subjects, None)).await.unwrap();
    assert_eq!(answer.next, None);
    answer.items
}

async fn policy(world: &World, policy: LeakPolicy) {
    let change = Command::TenantLeaks { tenant: world.tenant, tier: Tier::Standard, policy };
    world.app.operate("test", change).await.unwrap();
}

/// The facts of this type in the tenant's log.
async fn facts(world: &World, name: &str) -> Vec<Value> {
    let query = postern_app::EventQuery { after: None, limit: 500, subject: None, wait: Duration::ZERO };
    let page = world.app.events(&world.token, query).await.unwrap();
    let heads = page.items.iter().map(|event| postern_core::kernel::EventHead::read(&event.bytes).unwrap());
    heads
        .filter(|head| head.r#type == name)
        .map(|head| serde_json::from_str(head.fact.get()).unwrap())
        .collect()
}

async fn shown(world: &World, name: &str) -> postern_app::SubjectView {
    world.app.subject(&world.token, &SubjectName::ExternalId(name.to_owned())).await.unwrap()
}

#[tokio::test]
async fn a_found_word_is_live_spent_old_or_not_ours_and_nothing_is_spent_or_counted() {
    for (kind, format) in StoreKind::ALL
        .map(|kind| (kind, Format::Standard))
        .into_iter()
        .chain([Format::Compact, Format::Numeric].map(|format| (StoreKind::Memory, format)))
    {
        let world = World::new(kind).await;
        policy(&world, LeakPolicy::Alarm).await;
        world.subject("anna").await;
        world.subject("bert").await;
        let (old, sheet) = (world.issue("anna", format).await, world.issue("anna", format).await);
        world.redeem("anna", &sheet.codes[0], Redeem::default()).await.unwrap();
        let words = [&sheet.codes[1], &sheet.codes[0], &old.codes[2]].map(String::as_str);
        let words = [&words[..], &[NOBODYS, MISTYPED, "no code at all", ""]].concat();
        let (before, events) = (shown(&world, "anna").await, world.names().await.len());
        let expected = [LIVE, LeakOutcome::Spent, LeakOutcome::Old, NOT_OURS, NOT_OURS, NOT_OURS, NOT_OURS];
        assert_eq!(said(&world, &words, &["nobody", "anna"]).await, expected, "{kind:?} {format:?}");
        let bare = said(&world, &words, &[]).await;
        let needs = [LeakOutcome::NeedsSubject; 3];
        assert_eq!(bare[..3], if format == Format::Standard { &expected[..3] } else { &needs }[..]);
        // Another's codes are not hers.
        assert_eq!(said(&world, &words, &["bert"]).await, [NOT_OURS; 7]);
        let after = shown(&world, "anna").await;
        assert_eq!((before.revision, before.status), (after.revision, after.status));
        // Once, whatever is asked within a day.
        assert_eq!(world.names().await[events..], ["leak.found"], "{kind:?}");
        world.clock.advance(limits::LEAK_ALARM);
        assert_eq!(said(&world, &words, &["anna"]).await, expected);
        assert_eq!(world.names().await[events..], ["leak.found", "leak.found"]);
        world.redeem("anna", &sheet.codes[1], Redeem::default()).await.unwrap();
        assert!(world.app.verify(None, true).await.unwrap().verified);
    }
}

#[tokio::test]
async fn a_live_one_ends_its_set_in_the_commit_that_records_it() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        world.subject("anna").await;
        let sheet = world.issue("anna", Format::Standard).await;
        let (one, other) = (sheet.codes[1].as_str(), sheet.codes[2].as_str());
        let (events, works) = (world.names().await.len(), world.store.asked().works);
        let asked = || question(&[one, NOBODYS, other], &[], Some("found"));
        let answer = ask(&world, &world.token, asked()).await.unwrap();
        assert_eq!(answer.items, [REVOKED, NOT_OURS, REVOKED]);
        assert_eq!(world.store.asked().works, works + 1, "{kind:?}: more than one commit");
        assert_eq!(world.names().await[events..], ["leak.found", "code_set.revoked"]);
        assert_eq!(facts(&world, "code_set.revoked").await[0]["reason"], "leaked");
        assert_eq!(refused(world.redeem("anna", one, Redeem::default()).await), "code-not-accepted");
        assert_eq!(shown(&world, "anna").await.status.active, None);
        let events = world.names().await.len();
        // The same request is answered as it was, also by another node; the next copy of the sheet is known for old.
        assert_eq!(world.other.check_leaks(&world.token, &asked()).await.unwrap(), answer);
        assert_eq!(said(&world, &[one, other], &["anna"]).await, [LeakOutcome::Old; 2]);
        let reused = question(&[one], &[], Some("found"));
        assert_eq!(refused(ask(&world, &world.token, reused).await), "idempotency-key-reused");
        assert_eq!(world.names().await.len(), events, "{kind:?}");
        // Her next set is her own, and whoever types a code of the leaked one rings its alarm.
        let next = world.issue("anna", Format::Standard).await;
        let refusals = facts(&world, "code.refused").await;
        assert_eq!((&refusals[0]["reason"], &refusals[0]["alarm"]), (&"old".into(), &true.into()));
        world.redeem("anna", &next.codes[1], Redeem::default()).await.unwrap();
        assert!(world.app.verify(None, true).await.unwrap().verified);
    }
}

#[tokio::test]
async fn a_code_of_a_set_that_waits_is_live_and_the_set_is_discarded() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    let sheet = world.issue("anna", Format::Standard).await;
    let staged = world.stage("anna", Format::Standard).await.unwrap();
    let code = staged.codes.unwrap().sheet[0].text.to_string();
    assert_eq!(said(&world, &[&code], &["anna"]).await, [REVOKED]);
    assert_eq!(refused(world.confirm(staged.set, &code).await), "state-changed");
    world.redeem("anna", &sheet.codes[1], Redeem::default()).await.unwrap();
    // One that time has ended is an old one, before and after anybody has recorded that.
    world.clock.advance(Duration::from_secs(366 * 86_400));
    assert_eq!(said(&world, &[&sheet.codes[2]], &["anna"]).await, [LeakOutcome::Old]);
}

#[tokio::test]
async fn an_outsider_learns_nothing() {
    let world = World::new(StoreKind::Memory).await;
    for name in ["anna", "bert", "cora"] {
        world.subject(name).await;
    }
    let anna = world.issue("anna", Format::Standard).await;
    let (bert, cora) =
        (world.issue("bert", Format::Standard).await, world.issue("cora", Format::Standard).await);
    let name = SubjectName::ExternalId("bert".to_owned());
    let view = world.app.subject(&world.token, &name).await.unwrap();
    let raise = SubjectPatch { tier: Some(Tier::Elevated), kind: None, owner: None };
    world.app.patch_subject(&world.token, view.subject, view.revision, raise).await.unwrap();
    world.app.leave(&world.token, world.subject("cora").await).await.unwrap();
    let (_, stranger) = tenant(&world.app, "other").await;
    let stranger = Arc::new(Token::parse(&stranger).unwrap());
    // For the tier standard alone.
    let weak = world.application(&[Scope::Leaks], &[], None).await;
    let events = world.names().await.len();
    let nothing = LeakAnswer { items: vec![NOT_OURS], next: None };
    for (token, word, name) in [
        (&stranger, &anna.codes[1], "anna"),
        (&weak, &bert.codes[1], "bert"),
        (&weak, &cora.codes[1], "cora"),
        (&weak, &NOBODYS.to_owned(), "anna"),
        (&weak, &MISTYPED.to_owned(), "nobody"),
    ] {
        for subjects in [&[name][..], &[]] {
            let answer = ask(&world, token, question(&[word], subjects, None)).await.unwrap();
            assert_eq!(answer, nothing, "{name}: {subjects:?}");
        }
    }
    assert_eq!(world.names().await.len(), events, "something was recorded");
    assert!(shown(&world, "anna").await.status.active.is_some());
    assert!(shown(&world, "bert").await.status.active.is_some());
    // Without the scope nothing is told at all.
    let token = world.application(&[Scope::Redeem, Scope::SetsRevoke], &[], None).await;
    assert_eq!(refused(ask(&world, &token, question(&[&anna.codes[1]], &[], None)).await), "scope-missing");
}

#[tokio::test]
async fn whoever_asks_too_much_is_told_so_and_the_log_has_it_in_sums() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    let token = world.application(&[Scope::Leaks], &[], None).await;
    let events = world.names().await.len();
    for _ in 0..limits::LEAK_REQUESTS_PER_HOUR {
        ask(&world, &token, question(&[MISTYPED, NOBODYS], &[], None)).await.unwrap();
    }
    let more = || question(&[NOBODYS], &["anna"], None);
    assert_eq!(refused(ask(&world, &token, more()).await), "too-many-requests");
    assert_eq!(refused(world.app.begin_inspection(&token).await.map(drop)), "too-many-requests");
    // Another application has an hour of its own.
    said(&world, &[NOBODYS], &[]).await;
    assert_eq!(world.names().await.len(), events, "an event is made by the call itself");
    world.app.flush_sums().await;
    let sums = facts(&world, "leak.checked").await;
    let of = |name: &str| sums.iter().map(|sum| sum[name].as_u64().unwrap()).max().unwrap();
    let requests = u64::from(limits::LEAK_REQUESTS_PER_HOUR);
    assert_eq!((sums.len(), of("requests"), of("words")), (2, requests, 2 * requests));
    assert_eq!((of("refused"), of("found"), of("texts")), (2, 0, 0));
    world.clock.advance(Duration::from_secs(3600));
    ask(&world, &token, more()).await.unwrap();
    assert!(world.app.verify(None, true).await.unwrap().verified);
}

#[tokio::test]
async fn stretched_words_are_few_per_request_and_per_subject_and_day() {
    let world = World::new(StoreKind::Memory).await;
    world.format("compact").await;
    world.subject("anna").await;
    let sheet = world.issue("anna", Format::Compact).await;
    let code = sheet.codes[1].as_str();
    let many: Vec<&str> = vec![code; 51];
    assert_eq!(
        refused(ask(&world, &world.token, question(&many, &["anna", "bert"], None)).await),
        "invalid-value"
    );
    // Her codes and nobody's are counted alike.
    for name in ["anna", "nobody"] {
        let some = ask(&world, &world.token, question(&many, &[name], None)).await.unwrap().items;
        assert_eq!(some[0], if name == "anna" { REVOKED } else { NOT_OURS });
        assert_eq!(
            refused(ask(&world, &world.token, question(&many, &[name], None)).await),
            "too-many-requests"
        );
    }
    // Ten thousand names that somebody makes up make nobody forget it.
    for round in 0..101 {
        let names: Vec<String> = (0..100).map(|name| format!("made-up-{round}-{name}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        ask(&world, &world.token, question(&["word"], &names, None)).await.unwrap();
    }
    assert_eq!(
        refused(ask(&world, &world.token, question(&many, &["anna"], None)).await),
        "too-many-requests"
    );
    world.clock.advance(Duration::from_secs(86_400));
    assert_eq!(said(&world, &[code], &["anna"]).await, [LeakOutcome::Old]);
    for wrong in [question(&[], &[], None), question(&[NOBODYS; 101], &[], None)] {
        assert_eq!(refused(ask(&world, &world.token, wrong).await), "invalid-value");
    }
    let after = LeakCursor::parse("AAAAAAAAAAA");
    assert!(after.is_some());
    let both = LeakQuestion { after, ..question(&[code], &["anna"], None) };
    let answer = ask(&world, &world.token, both).await.unwrap();
    assert_eq!(
        (answer.items, answer.next),
        (vec![LeakOutcome::Old], None),
        "with subjects, `after` says nothing"
    );
}

#[tokio::test]
async fn a_walk_over_many_goes_on_where_it_ended() {
    let world = World::new(StoreKind::Memory).await;
    let mut ids: Vec<(SubjectId, String)> = Vec::new();
    for number in 0..1100 {
        let name = format!("person-{number}");
        ids.push((world.subject(&name).await, name));
    }
    ids.sort();
    let (first, last) = (ids[0].1.clone(), ids[1099].1.clone());
    let (first, last) =
        (world.issue(&first, Format::Standard).await, world.issue(&last, Format::Standard).await);
    let words = [first.codes[1].as_str(), last.codes[1].as_str(), NOBODYS];
    let (mut asked, mut answers) = (question(&words, &[], None), Vec::new());
    loop {
        let answer = ask(&world, &world.token, asked).await.unwrap();
        let next = answer.next;
        answers.push(answer.items);
        let Some(after) = next.map(LeakCursor::text) else { break };
        assert_eq!(LeakCursor::parse(&after), next);
        asked = LeakQuestion { after: next, ..question(&words[1..], &[], None) };
    }
    let undecided = LeakOutcome::Undecided;
    let expected = [vec![REVOKED, undecided, undecided], vec![undecided; 2], vec![REVOKED, NOT_OURS]];
    assert_eq!(answers, expected);
}

/// A sheet with one canary and the duress code, of a confirmed set: an ordinary code, the canary, the duress code.
async fn special(world: &World) -> [String; 3] {
    world.subject("anna").await;
    let special = Special { canaries: 1, duress: true };
    let staging = Staging { special, ..world.staging("anna", Format::Standard) };
    let staged = world.app.stage(&world.token, staging).await.unwrap();
    let codes = staged.codes.unwrap();
    world.confirm(staged.set, &codes.sheet[0].text).await.unwrap();
    let _ = world.app.take_alarms();
    let text = |code: &postern_app::ShownCode| code.text.to_string();
    [text(&codes.sheet[1]), text(&codes.canaries[0]), text(codes.duress.as_ref().unwrap())]
}

#[tokio::test]
async fn canary_and_duress_codes_are_told_from_others_by_security_alone() {
    let kinds = [CodeKind::Live, CodeKind::Canary, CodeKind::Duress];
    for policy_of in [LeakPolicy::Revoke, LeakPolicy::Alarm] {
        let mut seen = Vec::new();
        for (at, kind) in kinds.into_iter().enumerate() {
            let world = World::new(StoreKind::Memory).await;
            policy(&world, policy_of).await;
            let code = special(&world).await[at].clone();
            let works = world.store.asked();
            let answer = ask(&world, &world.token, question(&[&code], &[], None)).await.unwrap();
            let names = world.names().await;
            let mut facts = facts(&world, "leak.found").await;
            let hidden = facts[0].as_object_mut().unwrap().remove("security").unwrap();
            facts[0]["request"]["fingerprint"].take();
            facts[0]["request"]["key"].take();
            let cost = (world.store.asked().works - works.works, world.store.asked().looks - works.looks);
            seen.push((answer, names, facts, hidden.as_str().unwrap().len(), cost));
            let alarms: Vec<CodeKind> = world.app.take_alarms().iter().map(|alarm| alarm.kind).collect();
            let expected: Vec<CodeKind> =
                Some(kind).filter(|kind| *kind != CodeKind::Live).into_iter().collect();
            assert_eq!(alarms, expected, "{kind:?}");
            // Found again it rings no more today.
            ask(&world, &world.token, question(&[&code], &[], None)).await.unwrap();
            assert!(world.app.take_alarms().is_empty());
            let command = Command::AuditAlarms { tenant: world.tenant, after: None, limit: 10 };
            let told = world.app.operate("test", command).await.unwrap();
            assert_eq!(told["items"].as_array().unwrap().len(), expected.len());
        }
        assert!(seen.windows(2).all(|two| two[0] == two[1]), "{seen:#?}");
    }
}
