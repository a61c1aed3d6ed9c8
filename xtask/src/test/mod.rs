//! `cargo xtask test`: builds once, runs everything, and leaves nothing running.

mod clock;
mod count;
mod outside;
mod postgres;
mod servers;
mod token;

use std::path::Path;
use std::process::Command;

use clap::Args;
use postern_cluster::{Cluster, OPENBAO, S3_SERVER, SHARED_CLUSTER};

use self::count::Count;
use crate::cargo::{build, cargo};
use crate::previous::previous;
use crate::run::{answers, shown, succeeds};
use crate::{Done, place};

/// Installs PostgreSQL if it is missing.
pub(crate) fn have_postgres() -> Done {
    postgres::have()
}

/// What can be asked of the tests.
#[derive(Args)]
pub(crate) struct Options {
    /// Tries many more random cases, and campaigns in their long form
    #[arg(long)]
    long: bool,
    /// Runs only tests whose name holds this; of the outside tests, only scripts whose name does
    filter: Option<String>,
}

/// Random cases per property in a long run; a property may ask for its own number.
const LONG_CASES: &str = "4096";

/// Runs all tests, also after some failed. Closes with one line that counts those outside the test runner.
pub(crate) fn test(options: &Options) -> Done {
    previous()?;
    build()?;
    clock::have()?;
    token::have()?;
    let (bao, s3) = servers::have()?;
    let mut failed = Vec::new();
    let cluster = postgres::start()?;
    if !succeeds(&mut inside(options, &cluster, &bao, &s3))? {
        failed.push("tests of the crates".to_owned());
    }
    drop(cluster);
    let mut sum = Count::default();
    if options.filter.is_none() {
        let documented = documented()?;
        sum.add("documentation", documented, &mut failed);
    }
    let scripts = outside::SCRIPTS
        .iter()
        .filter(|name| options.filter.as_ref().is_none_or(|wanted| name.contains(wanted)));
    for script in scripts {
        sum.add(script, outside::run(script, &place::built("postern")?, options.long)?, &mut failed);
    }
    println!("{sum}");
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("failed: {}. Each says above what went wrong", failed.join(", ")))
    }
}

/// Unit and integration tests of all crates.
fn inside(options: &Options, cluster: &Cluster, bao: &Path, s3: &Path) -> Command {
    let mut command = if answers("cargo-nextest", "--version") {
        let mut nextest = cargo(&["nextest", "run", "--workspace", "--cargo-profile", "ci", "--profile"]);
        nextest.arg(if options.long { "long" } else { "ci" });
        if options.filter.is_some() {
            nextest.arg("--no-tests=pass");
        }
        nextest
    } else {
        println!("xtask: cargo-nextest is not installed; cargo's own runner does as well, more slowly");
        cargo(&["test", "--workspace", "--lib", "--bins", "--tests", "--profile", "ci", "--no-fail-fast"])
    };
    command
        .args(&options.filter)
        .env(SHARED_CLUSTER, cluster.socket_folder())
        .env(OPENBAO, bao)
        .env(S3_SERVER, s3);
    if options.long {
        command.env("PROPTEST_CASES", LONG_CASES).env("POSTERN_LONG", "1");
    }
    command
}

/// Examples in documentation.
fn documented() -> Done<Count> {
    let (well, lines) =
        shown(&mut cargo(&["test", "--doc", "--workspace", "--profile", "ci", "--no-fail-fast"]))?;
    let results = lines.iter().filter_map(|line| line.strip_prefix("test result: "));
    Ok(Count::of(results.filter_map(Count::in_words), well))
}
