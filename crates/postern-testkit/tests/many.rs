//! A database that was filled by `COPY` is one that the service could have written.

use postern_app::Problem;
use postern_core::ports::{Clock as _, Keys as _};
use postern_store::postgres::{Fill, Many};
use postern_testkit::{Maker, Redeem, SeededEntropy, StoreKind, World};

/// People of each of the two fills.
const PEOPLE: usize = 150;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filled_databases_rows_replay_and_its_codes_work() {
    let world = World::new(StoreKind::Postgres).await;
    let sealer = || world.keys.local().sealer().clone();
    let entropy = SeededEntropy::new(9);
    let maker = Maker { keys: &*world.keys, entropy: &entropy, tenant: world.tenant, now: world.clock.now() };
    let mut fill = Fill::connect(&world.database().url(), sealer(), world.tenant).await.unwrap();
    let mut sheets = Vec::new();
    for round in 0..2 {
        let mut many = Many::new(sealer());
        for number in 0..PEOPLE {
            let name = format!("person-{round}-{number}");
            sheets.push((maker.person(&name, &mut many), name));
        }
        assert_eq!(many.len(), PEOPLE);
        fill.write(many).await.unwrap();
    }
    for (codes, name) in sheets.iter().step_by(29) {
        world.redeem(name, &codes[1], Redeem::default()).await.unwrap();
        let again = world.redeem(name, &codes[1], Redeem::default()).await;
        assert!(matches!(again, Err(Problem::CodeNotAccepted { .. })), "{:?}", again.map(|_| "accepted"));
    }
    world.app.number_pending().await;
    let report = world.app.verify(Some(world.tenant), true).await.unwrap();
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    assert!(report.rows >= 2 * PEOPLE as u64);
}
