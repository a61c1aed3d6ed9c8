//! What the product promises, use case by use case, without a network between. Each promise has a test that
//! fails when it is broken.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "tests may"
)]

mod attacks;
mod authority;
mod bulk;
mod caps;
mod denied;
mod departed;
mod erased_database;
mod evidence;
mod idempotency;
mod leaks;
mod nobody;
mod provers;
mod redemption;
mod set_back;
mod sets;
mod verdicts;

use postern_app::Problem;

/// The name of a refusal.
fn refused<A>(answer: Result<A, Problem>) -> &'static str {
    match answer {
        Ok(_) => panic!("it was not refused"),
        Err(problem) => problem.name(),
    }
}
