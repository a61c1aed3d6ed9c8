//! 64 clients, one code.

use std::sync::Arc;
use std::time::Duration;

use postern_testkit::StoreKind;
use tokio::task::JoinSet;

use crate::clients::Site;
use crate::is_long;
use crate::paper::{Paper, Told};

/// Codes of a sheet.
const SHEET: usize = 10;

async fn one_code_many_clients(kind: StoreKind) {
    // Most of it is refusals, of which memory grants every one, and the others fewer.
    let sheets = match kind {
        _ if is_long() => 200,
        StoreKind::Memory => 4,
        StoreKind::Sqlite | StoreKind::Postgres => 10,
    };
    let site = Site::new(kind).await;
    let mut caller = site.caller().await;
    let (mut accepted, mut tried) = (0, 0);
    for round in 0..sheets {
        let first = site.holder(&format!("subject-{round}"), false).await;
        for code in 1..=SHEET {
            if code % 5 == 1 {
                // A record remembers eight granted answers a day: the next ones come the day after.
                site.world.clock.advance(Duration::from_secs(25 * 3600));
            }
            // Every code has a history of its own: the codes of a sheet do not touch each other here.
            let holder = Arc::new(first.anew());
            let mut asked = JoinSet::new();
            for (client, mut http) in caller.clients.drain(..).enumerate() {
                let (world, holder) = (Arc::clone(&site.world), Arc::clone(&holder));
                let from = format!("10.{code}.{client}.1");
                asked.spawn(async move {
                    holder.redeem(&world, &mut http, (1, code), &from).await;
                    http
                });
            }
            caller.clients = asked.join_all().await;
            holder.history.check(&Paper::new(false));
            let here = holder.history.count(|_, told| matches!(told, Told::Accepted { .. }));
            assert_eq!(here, 1, "code {code} of {} was accepted {here} times", holder.name);
            accepted += here;
            tried += holder.history.count(|_, told| told != Told::TooMany);
        }
    }
    println!("{kind:?}: {accepted} codes, {tried} tries that were decided");
    assert!(tried >= 4 * accepted, "of {tried} tries too few came to a decision");
    site.verify().await;
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
