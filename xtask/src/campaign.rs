//! `cargo xtask campaign NAME`: one of the campaigns that try hard to break a promise, by itself and at length.

use clap::{Args, ValueEnum};

use crate::Done;
use crate::fuzz::{self, fuzz};
use crate::run::succeeds;
use crate::test::Ground;

/// A campaign: the test binary of that name, in whichever crate it lies.
#[derive(Clone, Copy, ValueEnum)]
enum Name {
    /// Every order of a few requests on the kernel and a subject's life, with crashes, retries and clock steps
    Model,
    /// Many clients, one code; redemptions against everything that ends a set
    Race,
    /// Nodes killed under load, disks that are full, read-only, slow or fail to flush
    Crash,
    /// Every place that data goes to, searched for every code and key
    Leak,
    /// Everything that somebody who writes to the database can do behind the product's back
    Tamper,
    /// A month of a botnet against one owner
    LockOut,
    /// Unknown, wrong, spent and old: the same answer and the same work
    Timing,
    /// What no client should send
    BadInput,
    /// Every reader of bytes from outside: its corpus replayed; the long form runs the fuzzers as well
    Fuzz,
}

/// What can be asked of a campaign.
#[derive(Args)]
pub(crate) struct Options {
    /// Which
    name: Name,
    /// In its long form
    #[arg(long)]
    long: bool,
    /// For how long each fuzzer runs, in the long form of `fuzz`
    #[arg(long, default_value_t = 60)]
    seconds: u64,
}

/// Runs a campaign, and shows what it says. `cargo xtask test` runs the short form of all of them.
pub(crate) fn campaign(options: &Options) -> Done {
    let ground = Ground::prepare()?;
    let value = options.name.to_possible_value().ok_or("a campaign has no name")?;
    let binary = value.get_name().replace('-', "_");
    let mut command = ground.tests(options.long, &["--test", &binary]);
    command.env("NEXTEST_SUCCESS_OUTPUT", "immediate").env("NEXTEST_STATUS_LEVEL", "all");
    if !succeeds(&mut command)? {
        return Err(format!("the campaign {binary} found something: it says above what"));
    }
    if options.long && matches!(options.name, Name::Fuzz) {
        return fuzz(&fuzz::Options::all(options.seconds));
    }
    Ok(())
}
