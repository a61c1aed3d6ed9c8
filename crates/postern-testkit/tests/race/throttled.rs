//! Guesses and good codes from one source that has guessed before: after the fifth miss the source waits, whoever asks,
//! unless a good code came before it.

use std::sync::Arc;

use postern_testkit::StoreKind;
use tokio::task::JoinSet;

use crate::clients::Site;
use crate::is_long;
use crate::paper::{Asks, Paper, Told};

/// The one source.
const FROM: &str = "192.0.2.7";
/// A word of nobody's.
const GUESS: &str = "6N6NWS9B8BXYXXTK5NXFY9YZ2";
/// Misses that cost nothing yet.
const FREE: u8 = 4;

async fn guesses_and_good_codes(kind: StoreKind) {
    let site = Arc::new(Site::new(kind).await);
    let (mut clients, mut seen) = (site.caller().await.clients, [0; 3]);
    // More than four of a source find no place in the lane; and a connection that nobody uses is closed.
    clients.truncate(4);
    for round in 0..if is_long() { 400 } else { 40 } {
        let holder = Arc::new(site.holder(&format!("guessed-{round}"), false).await);
        for _ in 0..FREE {
            holder.tries(&site.world, &mut clients[0], Asks::Guess, GUESS, FROM).await;
        }
        assert_eq!(holder.history.count(|_, told| told == Told::Refused), usize::from(FREE));
        let mut asked = JoinSet::new();
        for (client, mut http) in clients.drain(..).enumerate() {
            let (site, holder) = (Arc::clone(&site), Arc::clone(&holder));
            asked.spawn(async move {
                match client {
                    0 | 1 => holder.tries(&site.world, &mut http, Asks::Guess, GUESS, FROM).await,
                    code => holder.redeem(&site.world, &mut http, (1, code - 1), FROM).await,
                }
                http
            });
        }
        clients = asked.join_all().await;
        holder.history.check(&Paper::new(false));
        let kinds = [
            |told| matches!(told, Told::Accepted { .. }),
            |told| told == Told::Refused,
            |told| told == Told::Waits,
        ];
        for (sum, is_of) in seen.iter_mut().zip(kinds as [fn(Told) -> bool; 3]) {
            *sum += holder.history.count(|_, told| is_of(told));
        }
    }
    println!("{kind:?}: {} accepted, {} refused, {} told to wait", seen[0], seen[1], seen[2]);
    assert!(seen.iter().all(|sum| *sum > 0), "{seen:?}: no race");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_against_good_codes_memory() {
    guesses_and_good_codes(StoreKind::Memory).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_against_good_codes_sqlite() {
    guesses_and_good_codes(StoreKind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_against_good_codes_two_nodes() {
    guesses_and_good_codes(StoreKind::Postgres).await;
}
