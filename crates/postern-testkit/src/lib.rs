//! For tests: fresh installations, actors as types, searches through everything that was written.
//!
//! Nothing here is part of the product. It may panic: that is how a test says that its ground is not there.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test's ground may panic"
)]

mod at_rest;
mod backend;
mod clock;
mod entropy;
mod filled;
pub mod fuzzed;
mod http;
pub mod installed;
mod keys;
pub mod leaks;
mod many;
mod prover;
mod service;
mod store;
mod world;

pub use at_rest::{AtRest, Numbers};
pub use backend::{Redeem, Sheet, request};
pub use clock::TestClock;
pub use entropy::SeededEntropy;
pub use filled::{Database, Person, fill};
pub use http::{Answer, Http};
pub use keys::CountedKeys;
pub use many::Maker;
pub use prover::TestProver;
pub use service::Service;
pub use store::{Asked, CountedStore};
pub use world::{StoreKind, World, reopen, tenant};
