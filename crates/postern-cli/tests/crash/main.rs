//! Campaign *crash*: processes are killed under load at random moments, so is the database's server, and the disk of the
//! data, of that server or of the anchor is full, read-only, slow or does not flush. What was answered is kept outside, and held against what is there afterwards:
//! [`ledger`]. Which controls were taken out of the product to see it fail is written in docs/campaigns.md.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests may"
)]

mod anchor;
mod disk;
mod faults;
mod kill;
mod ledger;
mod load;
mod ready;
mod server;
mod server_disk;
mod site;

use std::hash::{BuildHasher as _, RandomState};

use postern_core::ports::Entropy as _;
use postern_testkit::SeededEntropy;

/// The binary under test.
const POSTERN: &str = env!("CARGO_BIN_EXE_postern");

/// How often something is killed.
fn kills() -> usize {
    if std::env::var_os("POSTERN_LONG").is_some() { 100 } else { 5 }
}

/// Whether to kill once more: until it was often enough, and something was under way in one of them. When nothing is in
/// ten times as many, something is wrong with the load.
fn goes_on(killed: usize, unanswered: usize) -> bool {
    killed < kills() || (unanswered == 0 && killed < 10 * kills())
}

/// Random moments, the same ones again with the seed that is printed.
struct Moments(SeededEntropy);

impl Moments {
    /// By the seed in `POSTERN_SEED`, or by one of its own.
    fn new() -> Self {
        let given = std::env::var_os("POSTERN_SEED").and_then(|seed| seed.to_str()?.parse().ok());
        let seed = given.unwrap_or_else(|| RandomState::new().hash_one(std::process::id()));
        println!("POSTERN_SEED={seed}");
        Self(SeededEntropy::new(seed))
    }

    /// A number from 1 to `most`.
    fn next(&self, most: u8) -> u32 {
        let mut byte = [0; 2];
        self.0.fill(&mut byte).unwrap();
        1 + u32::from(u16::from_be_bytes(byte)) % u32::from(most)
    }
}
