//! Guessing: who is charged, who is slowed, who is not locked out, and what is seen of it.

use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::time::Duration;

use postern_app::operator::Command;
use postern_app::{Client, Problem, Proof, Redemption, Rehearsal, SubjectName};
use postern_codes::Format;
use postern_core::ports::Clock as _;
use postern_core::subject::Purpose;
use postern_testkit::{Redeem, Service, StoreKind, World, request};
use serde_json::json;
use zeroize::Zeroizing;

use crate::{COMPACT_GUESS, STANDARD_GUESS, count, from, refused};

#[tokio::test]
async fn peer_failure_b11_a_guess_costs_one_call_however_many_codes_there_are() {
    for format in Format::ALL {
        let world = World::new(StoreKind::Memory).await;
        let mut costs = Vec::new();
        for (name, count) in [("few", 1), ("many", if format.stretched() { 6 } else { 99 })] {
            world.subject(name).await;
            let staging = postern_app::Staging { count: Some(count), ..world.staging(name, format) };
            let staged = world.app.stage(&world.token, staging).await.unwrap();
            world.confirm(staged.set, &staged.codes.unwrap().sheet[0].text).await.unwrap();
            let before = world.keys.asked();
            let guess = match format {
                Format::Standard => STANDARD_GUESS,
                Format::Compact => COMPACT_GUESS,
                Format::Numeric => "010737776601044539083157",
            };
            assert_eq!(refused(world.redeem(name, guess, Redeem::default()).await), "code-not-accepted");
            costs.push(world.keys.asked() - before);
        }
        assert_eq!(costs, [1, 1], "{format:?}");
    }
}

#[tokio::test]
async fn peer_failure_b12_what_is_no_attempt_is_not_charged() {
    let world = World::new(StoreKind::Sqlite).await;
    let prover = world.prover().await;
    world.subject("anna").await;
    let sheet = world.issue("anna", Format::Compact).await;
    for n in 0..60 {
        // A first factor that failed, and none at all.
        let forged = prover.assertion("redeem", "bert", &json!({}), world.clock.now());
        for proof in [Some(Proof::Assertion(forged)), None] {
            let how = from(&format!("10.0.{n}.1"));
            let asked = Redemption { first_factor: proof, ..world.redemption("anna", COMPACT_GUESS, how) };
            assert!(world.app.redeem(&world.token, asked).await.is_err());
        }
        // A code of an app, six digits: no backup code at all.
        assert!(world.redeem("anna", "123456", from(&format!("10.0.{n}.1"))).await.is_err());
    }
    assert_eq!(count(&world, "code.refused").await, 0);
    world.redeem("anna", &sheet.codes[0], from("10.0.1.1")).await.unwrap();
}

/// Guesses until a class is closed, waiting as long as it is told to.
async fn close(world: &World, name: &str) {
    for n in 0..500 {
        match world.redeem(name, COMPACT_GUESS, from(&format!("10.{}.{}.1", n / 250, n % 250))).await {
            Err(Problem::TooManyAttempts { after: None }) => return,
            Err(Problem::TooManyAttempts { after: Some(after) }) => world.clock.advance(after),
            Err(Problem::CodeNotAccepted { .. }) => {}
            Err(other) => panic!("{other:?}"),
            Ok(_) => panic!("a guess was accepted"),
        }
    }
    panic!("it was never closed");
}

#[tokio::test]
async fn peer_failure_b13_a_stranger_closes_no_way_of_the_owner() {
    // Fifty stretches a round: one database is enough.
    for kind in [StoreKind::Sqlite] {
        let world = World::new(kind).await;
        world.subject("anna").await;
        let sheet = world.issue("anna", Format::Compact).await;
        let device = world.redeem("anna", &sheet.codes[0], Redeem::default()).await.unwrap().device_token;
        world.clock.advance(Duration::from_secs(73 * 3600));
        close(&world, "anna").await;
        let known = Redeem { device: Some(device.to_string()), ..from("192.0.2.1") };
        world.redeem("anna", &sheet.codes[1], known).await.unwrap();
        // What it accepts opens the way for everybody again.
        world.redeem("anna", &sheet.codes[2], from("10.0.0.1")).await.unwrap();
        // And a set of 112 bits and more is never closed at all: only the source waits.
        world.subject("bert").await;
        let sheet = world.issue("bert", Format::Standard).await;
        for n in 0..60 {
            let answer = world.redeem("bert", STANDARD_GUESS, from(&format!("10.1.{n}.1"))).await;
            assert_eq!(refused(answer), "code-not-accepted");
        }
        world.redeem("bert", &sheet.codes[0], from("192.0.2.1")).await.unwrap();
    }
}

#[tokio::test]
async fn peer_failure_b14_every_way_to_try_a_code_is_slowed() {
    let world = World::new(StoreKind::Memory).await;
    let prover = world.prover().await;
    world.subject("anna").await;
    world.issue("anna", Format::Compact).await;
    let mut last = "";
    for _ in 0..6 {
        last = refused(world.redeem("anna", COMPACT_GUESS, from("192.0.2.1")).await);
    }
    assert_eq!(last, "too-many-attempts");
    for _ in 0..6 {
        let assertion = prover.assertion("rehearse", "anna", &json!({}), world.clock.now());
        let rehearsal = Rehearsal {
            subject: SubjectName::ExternalId("anna".to_owned()),
            code: Zeroizing::new(COMPACT_GUESS.to_owned()),
            proof: Some(Proof::Assertion(assertion)),
            client: Client::default(),
            request: request(None, "{}"),
        };
        last = refused(world.app.rehearse(&world.token, rehearsal).await);
    }
    assert!(["too-many-attempts", "too-many-requests"].contains(&last), "{last}");
    let staged = world.stage("anna", Format::Compact).await.unwrap();
    for _ in 0..11 {
        last = refused(world.confirm(staged.set, COMPACT_GUESS).await);
    }
    assert_eq!(last, "state-changed", "a staged set may be guessed at for ever");
}

/// Sends a request with a header that clients should not be believed; the status.
fn forged(authority: &str, key: &str, said: &str, path: &str, body: Option<&str>) -> u16 {
    let mut stream = std::net::TcpStream::connect(authority).unwrap();
    let method = if body.is_some() { "POST" } else { "GET" };
    let body = body.unwrap_or_default();
    let (length, name) = (body.len(), said.replace([' ', ','], ""));
    let text = format!(
        "{method} {path} HTTP/1.1\r\nHost: {authority}\r\nAuthorization: Bearer {key}\r\nIdempotency-Key: key-{name}\r\n\
         X-Forwarded-For: {said}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    );
    stream.write_all(text.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn peer_failure_b15_no_header_and_no_first_factor_begins_the_counts_again() {
    let world = Arc::new(World::new(StoreKind::Memory).await);
    let service = Service::start(&world).await;
    world.subject("anna").await;
    world.issue("anna", Format::Compact).await;
    let mut statuses = Vec::new();
    for n in 0..6 {
        // Each guess with a first factor of its own, and said to come from somewhere else.
        let body = json!({
            "subject": { "external_id": "anna" },
            "code": COMPACT_GUESS,
            "purpose": "second_factor",
            "txn": "login-0123456789",
            "first_factor": { "level": "aal1", "method": "pwd", "at": world.clock.now() },
            "client": { "address": "192.0.2.1" },
        });
        let said = format!("203.0.113.{n}, 198.51.100.1");
        statuses.push(forged(
            &service.authority,
            &world.key,
            &said,
            "/v1/redemptions",
            Some(&body.to_string()),
        ));
    }
    assert_eq!(statuses, [422, 422, 422, 422, 422, 429]);
    // A key that works in one network only: nobody is there by saying so.
    let subject = world.subject("anna").await;
    let path = format!("/v1/subjects/{subject}");
    assert_eq!(forged(&service.authority, &world.key, "192.0.2.7", &path, None), 200);
    let bind = Command::ApplicationBind {
        tenant: world.tenant,
        application: world.token.key.application,
        addresses: Some(vec!["192.0.2.0/24".parse().unwrap()]),
        certificates: None,
    };
    world.app.operate("test", bind).await.unwrap();
    assert_ne!(forged(&service.authority, &world.key, "192.0.2.7", &path, None), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn peer_failure_b16_a_burst_is_counted_to_the_last_guess() {
    for kind in StoreKind::ALL {
        let world = Arc::new(World::new(kind).await);
        world.subject("anna").await;
        world.issue("anna", Format::Compact).await;
        let mut asked = tokio::task::JoinSet::new();
        for n in 0..40 {
            let world = Arc::clone(&world);
            asked.spawn(async move {
                let app = if n % 2 == 0 { &world.app } else { &world.other };
                let redemption = world.redemption("anna", COMPACT_GUESS, from(&format!("10.0.{n}.1")));
                refused(app.redeem(&world.token, redemption).await)
            });
        }
        let answers = asked.join_all().await;
        let tested = answers.iter().filter(|answer| **answer == "code-not-accepted").count();
        let delayed = answers.iter().filter(|answer| answer.starts_with("too-many")).count();
        // Five misses are free of waiting, whoever asks at the same time.
        assert_eq!((tested, delayed), (5, 35), "{kind:?}");
        assert_eq!(count(&world, "code.refused").await, tested, "{kind:?}");
    }
}

#[tokio::test]
async fn peer_failure_b25_a_code_alone_opens_nothing() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        world.subject("anna").await;
        let sheet = world.issue("anna", Format::Standard).await;
        let alone = || Redemption {
            first_factor: None,
            ..world.redemption("anna", &sheet.codes[0], Redeem::default())
        };
        assert_eq!(refused(world.app.redeem(&world.token, alone()).await), "first-factor-required");
        let recovery = Redemption {
            purpose: Purpose::AccountRecovery,
            ..world.redemption("anna", &sheet.codes[0], Redeem::default())
        };
        assert_eq!(refused(world.app.redeem(&world.token, recovery).await), "second-proof-required");
        world.clock.advance(Duration::from_secs(1));
        world.redeem("anna", &sheet.codes[0], Redeem::default()).await.unwrap();
    }
}

#[tokio::test]
async fn peer_failure_b26_every_verdict_leaves_an_event_that_says_why() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        world.subject("anna").await;
        let old = world.issue("anna", Format::Standard).await;
        let sheet = world.issue("anna", Format::Standard).await;
        world.redeem("anna", &sheet.codes[0], Redeem::default()).await.unwrap();
        for (name, typed) in [
            ("anna", STANDARD_GUESS),
            ("anna", sheet.codes[0].as_str()),
            ("anna", old.codes[0].as_str()),
            ("nobody", STANDARD_GUESS),
        ] {
            assert_eq!(refused(world.redeem(name, typed, Redeem::default()).await), "code-not-accepted");
        }
        let events = crate::events(&world).await;
        let refusals = events.iter().filter(|event| event["type"] == "code.refused");
        let reasons: Vec<_> =
            refusals.map(|event| (event["outcome"].clone(), event["fact"]["reason"].clone())).collect();
        let expected = ["wrong", "spent", "old", "wrong"].map(|reason| (json!("failure"), json!(reason)));
        assert_eq!(reasons[..3], expected[..3], "{kind:?}");
        assert_eq!((reasons.len(), reasons[3].0.clone()), (4, json!("failure")), "{kind:?}");
        assert_eq!(count(&world, "code.spent").await, 1);
    }
}

#[tokio::test]
async fn peer_failure_b31_who_is_not_there_looks_like_a_wrong_code() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        world.subject("anna").await;
        world.issue("anna", Format::Standard).await;
        let mut seen = Vec::new();
        for name in ["anna", "nobody"] {
            let before = (world.keys.asked(), world.names().await.len());
            let mut answers = Vec::new();
            for _ in 0..6 {
                answers.push(world.redeem(name, STANDARD_GUESS, from("192.0.2.1")).await.err().unwrap());
            }
            seen.push((answers, world.keys.asked() - before.0, world.names().await.len() - before.1));
        }
        assert_eq!(seen[0], seen[1], "{kind:?}");
        assert_eq!(seen[0].1, 5, "five words are tested and the sixth waits");
    }
}
