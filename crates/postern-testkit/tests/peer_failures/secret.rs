//! Who sees a code: nobody after it was shown, and nothing that is written down.

use std::path::{Path, PathBuf};

use postern_app::{EventQuery, SubjectName};
use postern_codes::Format;
use postern_core::ids::SubjectId;
use postern_testkit::leaks::Secrets;
use postern_testkit::{Redeem, Service, StoreKind, World};
use serde_json::{Value, json};

use crate::{refused, sound};

/// The codes of which a leak-sized part is in these bytes, in any spelling.
fn found_in(bytes: &[u8], codes: &[String]) -> Vec<String> {
    Secrets { codes: codes.to_vec(), ..Secrets::default() }.search().found_in(bytes)
}

/// The files in a folder that have any of them.
fn found_under(folder: &Path, codes: &[String]) -> Vec<PathBuf> {
    let search = Secrets { codes: codes.to_vec(), ..Secrets::default() }.search();
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let leaks = |path: &PathBuf| std::fs::read(path).is_ok_and(|bytes| !search.found_in(&bytes).is_empty());
    files.filter(|path| path.is_file()).filter(leaks).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn peer_failure_b07_no_code_is_at_rest() {
    for format in Format::ALL {
        let world = World::new(StoreKind::Sqlite).await;
        world.subject("anna").await;
        let sheet = world.issue("anna", format).await;
        world.redeem("anna", &sheet.codes[0], Redeem::default()).await.unwrap();
        assert_eq!(found_under(&world.data(), &sheet.codes), [] as [PathBuf; 0], "{format:?}");
        // The search finds what is there.
        std::fs::write(world.data().join("planted"), sheet.codes[3].to_lowercase()).unwrap();
        assert_eq!(found_under(&world.data(), &sheet.codes).len(), 1, "{format:?}");
    }
    let world = World::new(StoreKind::Postgres).await;
    world.subject("anna").await;
    let sheet = world.issue("anna", Format::Standard).await;
    world.redeem("anna", &sheet.codes[0], Redeem::default()).await.unwrap();
    let rows = world.database().psql("SELECT encode(body, 'escape') FROM subject");
    // With those that wait for their place in the log.
    let all = "SELECT encode(body, 'escape') FROM (SELECT body FROM event UNION ALL SELECT body FROM pending) AS all_of_them";
    let events = world.database().psql(all);
    assert!(!rows.is_empty() && events.contains("code.spent"));
    assert!(found_in((rows + &events).as_bytes(), &sheet.codes).is_empty());
}

/// Every path that may be read about a subject and the log.
async fn everything(service: &Service, subject: SubjectId) -> Vec<u8> {
    let mut http = service.connect().await;
    let mut read = Vec::new();
    for path in [
        format!("/v1/subjects/{subject}"),
        format!("/v1/subjects/{subject}/export"),
        "/v1/events".to_owned(),
        "/v1/log/tile/entries/000.p/3".to_owned(),
        "/openapi.json".to_owned(),
    ] {
        let answer = http.get(&path).await;
        read.extend(answer.bytes);
    }
    read
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn peer_failure_b09_no_call_gives_a_code_a_second_time() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        let service = Service::start(&world).await;
        let subject = world.subject("anna").await;
        let mut http = service.connect().await;
        let body = json!({
            "subject": { "external_id": "anna" },
            "assurance": { "level": "aal2", "method": "otp", "at": postern_core::ports::Clock::now(&*world.clock) },
        });
        let first = http.post("/v1/code-sets", &body, "stage").await;
        let shown: Vec<String> = first.json()["codes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|code| code["code"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!((first.status, shown.len()), (201, 10));
        assert_eq!(found_in(&first.bytes, &shown).len(), 10, "the search finds what is there");
        let again = http.post("/v1/code-sets", &body, "stage").await;
        assert_eq!((again.status, &again.json()["shown"]), (200, &json!(true)));
        let confirmed = http
            .post(
                &format!("/v1/code-sets/{}/confirm", first.json()["set"].as_str().unwrap()),
                &json!({ "code": shown[0] }),
                "confirm",
            )
            .await;
        assert_eq!(confirmed.status, 200);
        let redeemed = world.redeem("anna", &shown[1], Redeem::default()).await.unwrap();
        let mut read = everything(&service, subject).await;
        let by_operator = world.app.operator("test");
        let named = SubjectName::ExternalId("anna".to_owned());
        read.extend(by_operator.show_subject(world.tenant, named).await.unwrap().to_string().bytes());
        read.extend(again.bytes.into_iter().chain(confirmed.bytes).chain(redeemed.receipt.into_bytes()));
        assert!(read.windows(10).any(|window| window == b"code.spent"), "nothing was read");
        assert!(found_in(&read, &shown).is_empty(), "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn peer_failure_b10_what_was_typed_is_in_no_store_and_no_event() {
    let world = World::new(StoreKind::Sqlite).await;
    for name in ["anna", "bert"] {
        world.subject(name).await;
    }
    let (sheet, theirs) =
        (world.issue("anna", Format::Compact).await, world.issue("bert", Format::Compact).await);
    let codes: Vec<String> = sheet.codes.iter().chain(&theirs.codes).cloned().collect();
    world.redeem("anna", &sheet.codes[0], Redeem::default()).await.unwrap();
    // Refused, mistyped, for nobody, two at once, delayed and still live.
    let typed = [theirs.codes[0].clone(), format!("{}77", sheet.codes[1]), codes[2..4].join(" ")];
    for name in ["anna", "nobody"] {
        for typed in typed.iter().chain(&theirs.codes[1..8]) {
            assert!(world.redeem(name, typed, crate::from("192.0.2.1")).await.is_err());
        }
    }
    world.clock.advance(std::time::Duration::from_secs(60));
    world.app.flush_sums().await;
    assert!(crate::count(&world, "redemption.throttled").await > 0);
    assert_eq!(found_under(&world.data(), &codes), [] as [PathBuf; 0]);
    let query = EventQuery { after: None, limit: 500, subject: None, wait: std::time::Duration::ZERO };
    for event in world.app.events(&world.token, query).await.unwrap().items {
        assert!(found_in(&event.bytes, &codes).is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn peer_failure_b18_nobody_chooses_a_code_but_the_service() {
    let world = World::new(StoreKind::Memory).await;
    let service = Service::start(&world).await;
    world.subject("anna").await;
    let mut http = service.connect().await;
    let chosen = "PSTN-6N6NW-S9B8B-XYXXT-K5NXF-Y9YZ2";
    for (n, member) in ["codes", "code", "seed", "secret", "verifiers", "salt"].into_iter().enumerate() {
        let mut body = json!({
            "subject": { "external_id": "anna" },
            "assurance": { "level": "aal2", "method": "otp", "at": postern_core::ports::Clock::now(&*world.clock) },
        });
        body[member] = if member == "codes" { json!([chosen]) } else { json!(chosen) };
        let answer = http.post("/v1/code-sets", &body, &format!("stage-{n}")).await;
        assert!([400, 422].contains(&answer.status), "{member}: {}", answer.json());
    }
    // What is sent to confirm makes no code either: it must be one that was shown.
    let staged = world.stage("anna", Format::Standard).await.unwrap();
    let path = format!("/v1/code-sets/{}/confirm", staged.set);
    let more = json!({ "code": staged.codes.unwrap().sheet[0].text.as_str(), "codes": [chosen] });
    assert!([400, 422].contains(&http.post(&path, &more, "confirm-more").await.status));
    assert_eq!(http.post(&path, &json!({ "code": chosen }), "confirm").await.status, 422);
    assert_eq!(refused(world.redeem("anna", chosen, Redeem::default()).await), "code-not-accepted");
}

#[tokio::test]
async fn peer_failure_b33_what_was_said_of_a_person_can_be_made_unreadable() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        let id = world.subject("anna").await;
        let sheet = world.issue("anna", Format::Standard).await;
        world.redeem("anna", &sheet.codes[0], crate::from("203.0.113.77")).await.unwrap();
        let readable = world.app.export_subject(&world.token, id, None, 500).await.unwrap();
        assert!(Value::from_iter(readable.items).to_string().contains("203.0.113.77"));
        world.app.request_erasure(&world.token, id).await.unwrap();
        world.clock.advance(std::time::Duration::from_secs(86_401));
        world.app.settle_due().await;
        assert_eq!(refused(world.app.export_subject(&world.token, id, None, 500).await), "not-found");
        let left = Value::from_iter(crate::events(&world).await).to_string();
        assert!(left.contains("code.spent") && left.contains("subject.erased"), "{kind:?}");
        assert!(!left.contains("203.0.113.77") && !left.contains("anna"), "{kind:?}");
        sound(&world).await;
    }
}
