//! What no client should send, over real sockets to the real server: bodies, heads, slowness, requests that are cut,
//! clocks that jump. Every answer is a documented problem or the end of the connection; nothing is half done; memory
//! is bounded; others are served meanwhile.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests may")]

mod bodies;
mod clock;
mod cut;
mod heads;
mod memory;
mod mutated;
mod paths;
mod secured;
mod site;
mod slow;
mod smuggled;
mod wire;

/// Whether the long form was asked for.
fn long() -> bool {
    std::env::var_os("POSTERN_LONG").is_some()
}
