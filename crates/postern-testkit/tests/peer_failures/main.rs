//! How other systems' backup codes fail, one test a failure: `peer_failure_bNN_…`. The numbers and what is behind
//! them are in `docs/campaigns.md`; what a number waits for is in [`numbers::WAITING`].
#![expect(clippy::unwrap_used, clippy::panic, clippy::string_slice, reason = "tests may")]
#![expect(clippy::disallowed_methods, reason = "a writer of the database is played here")]

mod guess;
mod life;
mod numbers;
mod once;
mod secret;
mod typing;

use std::time::Duration;

use postern_app::{EventQuery, Problem};
use postern_testkit::{Redeem, World};
use serde_json::Value;

/// A well-formed code of each format that belongs to nobody.
const STANDARD_GUESS: &str = "6N6NWS9B8BXYXXTK5NXFY9YZ2";
const COMPACT_GUESS: &str = "1258Y5G6C7RMPK84";

/// The name of a refusal.
fn refused<A>(answer: Result<A, Problem>) -> &'static str {
    match answer {
        Ok(_) => panic!("it was not refused"),
        Err(problem) => problem.name(),
    }
}

/// From an address.
fn from(address: &str) -> Redeem {
    Redeem { address: Some(address.to_owned()), ..Redeem::default() }
}

/// The tenant's events, read.
async fn events(world: &World) -> Vec<Value> {
    let query = EventQuery { after: None, limit: 500, subject: None, wait: Duration::ZERO };
    let page = world.app.events(&world.token, query).await.unwrap();
    page.items.iter().map(|event| serde_json::from_slice(&event.bytes).unwrap()).collect()
}

/// How many events of a name there are.
async fn count(world: &World, name: &str) -> usize {
    world.names().await.iter().filter(|found| *found == name).count()
}

/// Whether everything that was written is sound.
async fn sound(world: &World) {
    let report = world.app.verify(None, true).await.unwrap();
    assert!(report.verified, "{:?}", report.findings);
}
