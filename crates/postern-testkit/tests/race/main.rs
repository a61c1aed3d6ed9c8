//! Campaign *race*: many clients at once over the real HTTP service, on every store; on PostgreSQL over two nodes.
//! What each client asked and was told is kept with the order in time, and held against a sheet of paper on which one
//! act follows the other. `planted` shows that the check refuses a bad history, and which controls were taken out of
//! the product to see it fail is written in docs/campaigns.md.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests may"
)]

mod against;
mod clients;
mod endings;
mod flood;
mod held;
mod history;
mod log;
mod one_code;
mod paper;
mod planted;
mod renewal;
mod suspended;
mod throttled;
mod together;

use postern_core::ports::Clock as _;
use postern_testkit::World;
use serde_json::{Value, json};

/// Clients that race.
const CLIENTS: usize = 64;

/// Whether the campaign runs in its long form.
fn is_long() -> bool {
    std::env::var_os("POSTERN_LONG").is_some()
}

/// A redemption's body.
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
