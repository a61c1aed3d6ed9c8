//! A database that was filled in large pieces is one that the service could have written.

use std::sync::Arc;

use postern_app::Problem;
use postern_core::ports::{Clock as _, Keys as _};
use postern_store::many::Many;
use postern_store::{postgres, sqlite};
use postern_testkit::{Maker, Redeem, SeededEntropy, StoreKind, World, reopen};
use zeroize::Zeroizing;

/// People of each of the two fills.
const PEOPLE: usize = 150;
/// Every so many of them redeem.
const EVERY: usize = 29;

struct Person {
    name: String,
    codes: Vec<Zeroizing<String>>,
}

/// Two pieces, and who is in them.
fn made(world: &World) -> (Vec<Many>, Vec<Person>) {
    let entropy = SeededEntropy::new(9);
    let maker = Maker { keys: &*world.keys, entropy: &entropy, tenant: world.tenant, now: world.clock.now() };
    let (mut pieces, mut people) = (Vec::new(), Vec::new());
    for round in 0..2 {
        let mut many = Many::new(world.keys.local().sealer().clone());
        for number in 0..PEOPLE {
            let name = format!("person-{round}-{number}");
            let codes = maker.person(&name, &mut many);
            people.push(Person { name, codes });
        }
        assert_eq!(many.len(), PEOPLE);
        pieces.push(many);
    }
    (pieces, people)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filled_databases_rows_replay_and_its_codes_work() {
    let world = World::new(StoreKind::Postgres).await;
    let (pieces, people) = made(&world);
    let sealer = world.keys.local().sealer().clone();
    let mut fill = postgres::Fill::connect(&world.database().url(), sealer, world.tenant).await.unwrap();
    for many in pieces {
        fill.write(many).await.unwrap();
    }
    for Person { name, codes } in people.iter().step_by(EVERY) {
        world.redeem(name, &codes[1], Redeem::default()).await.unwrap();
        let again = world.redeem(name, &codes[1], Redeem::default()).await;
        assert!(matches!(again, Err(Problem::CodeNotAccepted { .. })), "{:?}", again.map(|_| "accepted"));
    }
    world.app.number_pending().await;
    let report = world.app.verify(Some(world.tenant), true).await.unwrap();
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    assert!(report.rows >= 2 * PEOPLE as u64);
}

#[tokio::test]
async fn a_filled_folders_rows_replay_and_its_codes_work() {
    let world = World::new(StoreKind::Sqlite).await;
    world.subject("before").await;
    let (pieces, people) = made(&world);
    let redeemed = people.iter().step_by(EVERY);
    let redeemed = redeemed.map(|person| world.redemption(&person.name, &person.codes[1], Redeem::default()));
    let again = world.redemption(&people[0].name, &people[0].codes[1], Redeem::default());
    let (redeemed, token) = (redeemed.collect::<Vec<_>>(), Arc::clone(&world.token));
    let (folder, keys, clock, tenant) = world.close();
    let sealer = keys.local().sealer().clone();
    let mut fill = sqlite::Fill::open(folder.path(), sealer, tenant).unwrap();
    for many in &pieces {
        fill.write(many).unwrap();
    }
    assert!(fill.write(&pieces[0]).is_err(), "they are there already");
    drop(fill);
    let app = reopen(folder.path(), &keys, &clock);
    for redemption in redeemed {
        app.redeem(&token, redemption).await.unwrap();
    }
    let again = app.redeem(&token, again).await;
    assert!(matches!(again, Err(Problem::CodeNotAccepted { .. })), "{:?}", again.map(|_| "accepted"));
    let report = app.verify(Some(tenant), true).await.unwrap();
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    assert!(report.rows > 2 * PEOPLE as u64);
}
