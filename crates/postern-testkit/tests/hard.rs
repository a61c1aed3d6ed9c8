//! The hard cases over the real HTTP service, on every store: races, floods, renewals in the middle of redemptions.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests may")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use hyper::Method;
use postern_codes::Format;
use postern_core::ports::Clock as _;
use postern_testkit::{Answer, Redeem, Service, StoreKind, World};
use serde_json::{Value, json};

/// Clients that race for one code.
const CLIENTS: usize = 64;
/// Codes that they race for.
const CODES: usize = 200;

fn redemption(world: &World, name: &str, code: &str, client: Value) -> Value {
    json!({
        "subject": { "external_id": name },
        "code": code,
        "purpose": "second_factor",
        "txn": "login-0123456789",
        "first_factor": { "level": "aal1", "method": "pwd", "at": world.clock.now() },
        "client": client,
    })
}

async fn one_code_many_clients(kind: StoreKind) {
    let world = World::new(kind).await;
    let service = Service::start(&world).await;
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        clients.push(service.connect().await);
    }
    let mut accepted = 0;
    for round in 0..CODES / 10 {
        let name = format!("subject-{round}");
        world.subject(&name).await;
        let sheet = world.issue(&name, Format::Standard).await;
        for (n, code) in sheet.codes.iter().enumerate() {
            if n % 5 == 0 {
                // A record remembers eight granted answers a day: the next ones come the day after.
                world.clock.advance(Duration::from_secs(25 * 3600));
            }
            let mut asked = tokio::task::JoinSet::new();
            for (n, mut client) in clients.drain(..).enumerate() {
                let address = format!("10.{round}.{n}.1");
                let body = redemption(&world, &name, code, json!({ "address": address }));
                let key = format!("{round}-{n}-{code}");
                asked.spawn(async move {
                    let answer = client.post("/v1/redemptions", &body, &key).await;
                    (client, answer)
                });
            }
            let mut here = 0;
            while let Some(done) = asked.join_next().await {
                let (client, answer) = done.unwrap();
                assert!(answer.status < 500, "{} {}", answer.status, answer.json());
                assert!([201, 422, 429].contains(&answer.status), "{}", answer.json());
                here += usize::from(answer.status == 201);
                clients.push(client);
            }
            assert_eq!(here, 1, "{code} was accepted {here} times");
            accepted += here;
        }
    }
    assert_eq!(accepted, CODES);
    let report = world.app.verify(None, true).await.unwrap();
    assert!(report.verified, "{:?}", report.findings);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_clients_one_code_memory() {
    one_code_many_clients(StoreKind::Memory).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_clients_one_code_sqlite() {
    one_code_many_clients(StoreKind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_clients_one_code_two_nodes() {
    one_code_many_clients(StoreKind::Postgres).await;
}

/// Wrong guesses from everywhere, sixty-four a second, while the owner redeems from a known device.
async fn flood(kind: StoreKind, format: Format) {
    let world = World::new(kind).await;
    world.subject("owner").await;
    let first = world.issue("owner", format).await;
    let redeemed = world.redeem("owner", &first.codes[0], Redeem::default()).await.unwrap();
    let device = redeemed.device_token.to_string();
    world.clock.advance(Duration::from_secs(73 * 3600));
    let service = Service::start(&world).await;
    let world = Arc::new(world);
    let guess = match format {
        Format::Standard => "6N6NWS9B8BXYXXTK5NXFY9YZ2",
        Format::Compact => "1258Y5G6C7RMPK84",
        Format::Numeric => "010737776601044539083157",
    };
    let stop = Arc::new(AtomicBool::new(false));
    let mut clients = Vec::new();
    for _ in 0..64 {
        clients.push(service.connect().await);
    }
    let flood: Vec<_> = (0..64u8)
        .zip(clients)
        .map(|(n, mut client)| {
            let (stop, world) = (Arc::clone(&stop), Arc::clone(&world));
            tokio::spawn(async move {
                let mut statuses = Vec::new();
                for round in 0u32.. {
                    if stop.load(Ordering::SeqCst) {
                        break;
                    }
                    let address = json!({ "address": format!("10.{}.{n}.1", round % 250) });
                    let body = redemption(&world, "owner", guess, address);
                    let answer = client.post("/v1/redemptions", &body, &format!("guess-{n}-{round}")).await;
                    statuses.push(answer.status);
                    tokio::time::sleep(Duration::from_millis(1000)).await;
                }
                statuses
            })
        })
        .collect();
    let mut owner = service.connect().await;
    for code in &first.codes[1..9] {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let body =
            redemption(&world, "owner", code, json!({ "device_token": device, "address": "192.0.2.1" }));
        let answer = owner.post("/v1/redemptions", &body, &format!("owner-{code}")).await;
        assert_eq!(answer.status, 201, "the owner was locked out: {}", answer.json());
    }
    stop.store(true, Ordering::SeqCst);
    let mut guesses = 0;
    for client in flood {
        let statuses = client.await.unwrap();
        guesses += statuses.len();
        assert!(statuses.iter().all(|status| [422, 429].contains(status)), "{statuses:?}");
    }
    assert!(guesses >= 64 * 2, "only {guesses} guesses came");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_guesses_never_locks_the_owner_out_standard() {
    flood(StoreKind::Sqlite, Format::Standard).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_guesses_never_locks_the_owner_out_compact() {
    flood(StoreKind::Sqlite, Format::Compact).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_guesses_never_locks_the_owner_out_memory() {
    flood(StoreKind::Memory, Format::Numeric).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_guesses_never_locks_the_owner_out_two_nodes() {
    flood(StoreKind::Postgres, Format::Standard).await;
}

/// Renewal races redemption: either the old code was accepted before the new set was, or it is refused.
async fn renewal_races_redemption(kind: StoreKind) {
    let world = Arc::new(World::new(kind).await);
    let service = Service::start(&world).await;
    for round in 0..20 {
        let name = format!("racer-{round}");
        let subject = world.subject(&name).await;
        let old = world.issue(&name, Format::Standard).await;
        let staged = world.stage(&name, Format::Standard).await.unwrap();
        let new: Vec<String> = staged.codes.unwrap().sheet.iter().map(|code| code.text.to_string()).collect();
        let (mut one, mut two, mut three) =
            (service.connect().await, service.connect().await, service.connect().await);
        let path = format!("/v1/code-sets/{}/confirm", staged.set);
        let (confirm, key) = (json!({ "code": new[0] }), format!("confirm-{round}"));
        let with_old = redemption(&world, &name, &old.codes[0], json!({ "address": "192.0.2.1" }));
        let with_new = redemption(&world, &name, &new[1], json!({ "address": "198.51.100.1" }));
        let (old_key, new_key) = (format!("old-{round}"), format!("new-{round}"));
        let (confirmed, old_answer, new_answer): (Answer, Answer, Answer) = tokio::join!(
            one.post(&path, &confirm, &key),
            two.post("/v1/redemptions", &with_old, &old_key),
            three.post("/v1/redemptions", &with_new, &new_key),
        );
        assert_eq!(confirmed.status, 200, "{}", confirmed.json());
        let events = one.send(Method::GET, &format!("/v1/events?subject={subject}"), None, "").await.json();
        let names: Vec<(String, Value)> = events["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| (event["type"].as_str().unwrap().to_owned(), event["fact"]["generation"].clone()))
            .collect();
        let activated = names.iter().position(|(name, of)| name == "code_set.activated" && *of == 2).unwrap();
        let spent = |of: u64| names.iter().position(|(name, set)| name == "code.spent" && *set == of);
        match old_answer.status {
            201 => assert!(spent(1).unwrap() < activated, "an old code was accepted after its successor"),
            422 => assert_eq!(spent(1), None),
            other => panic!("{other} {}", old_answer.json()),
        }
        match new_answer.status {
            201 => assert!(spent(2).unwrap() > activated, "a staged code was accepted"),
            422 => assert_eq!(spent(2), None),
            other => panic!("{other} {}", new_answer.json()),
        }
    }
    let report = world.app.verify(None, true).await.unwrap();
    assert!(report.verified, "{:?}", report.findings);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn renewal_races_redemption_memory() {
    renewal_races_redemption(StoreKind::Memory).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn renewal_races_redemption_sqlite() {
    renewal_races_redemption(StoreKind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn renewal_races_redemption_two_nodes() {
    renewal_races_redemption(StoreKind::Postgres).await;
}

/// The same request twice at once: one spend, the same answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_retry_in_flight_is_the_same_request() {
    for kind in StoreKind::ALL {
        let world = World::new(kind).await;
        world.subject("twice").await;
        let sheet = world.issue("twice", Format::Standard).await;
        for code in &sheet.codes[..5] {
            let how = || Redeem { key: Some(format!("same-{code}")), ..Redeem::default() };
            let (one, two) =
                tokio::join!(world.redeem("twice", code, how()), world.redeem("twice", code, how()));
            let (one, two) = (one.unwrap(), two.unwrap());
            assert_eq!(one.redemption, two.redemption);
            assert_eq!(one.device_token, two.device_token);
            assert_eq!(one.remaining, two.remaining);
        }
    }
}

/// Verification while everything is being written to raises no false alarm: the daily one runs like that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verification_under_load_finds_nothing() {
    verification_under_load(StoreKind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verification_under_load_finds_nothing_two_nodes() {
    verification_under_load(StoreKind::Postgres).await;
}

/// Rounds that the writers write at most: every verification reads all of it.
const WRITTEN: usize = 120;
/// Verifications at least.
const VERIFIED: usize = 5;

async fn verification_under_load(kind: StoreKind) {
    let world = Arc::new(World::new(kind).await);
    let (stop, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let (world, stop, written) = (Arc::clone(&world), Arc::clone(&stop), Arc::clone(&written));
            tokio::spawn(async move {
                let mut round = 0;
                while !stop.load(Ordering::SeqCst) && written.load(Ordering::SeqCst) < WRITTEN {
                    round += 1;
                    let name = format!("writer-{writer}-{round}");
                    world.subject(&name).await;
                    let sheet = world.issue(&name, Format::Standard).await;
                    for code in &sheet.codes[..4] {
                        world.redeem(&name, code, Redeem::default()).await.unwrap();
                    }
                    let nobody = format!("nobody-{writer}-{round}");
                    let _ = world.redeem(&nobody, &sheet.codes[0], Redeem::default()).await;
                    written.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    let mut verified = 0;
    while verified < VERIFIED || written.load(Ordering::SeqCst) < 40 {
        let report = world.app.verify(None, true).await.unwrap();
        assert!(report.verified, "{:?}", report.findings);
        verified += 1;
    }
    stop.store(true, Ordering::SeqCst);
    for writer in writers {
        writer.await.unwrap();
    }
}
