//! `cargo xtask bench`: figures beside the bare limits of the same machine, measured in the same run.
//!
//! Figures are worth something from one profile only, `release`, with which the binary is shipped. What
//! measures is an example (`measure/main.rs`), so that xtask itself builds without a server; it and the
//! binary come from one build. Some minutes in all; traffic stays on this machine. By hand the same is:
//!
//! ```text
//! cargo build --release --package xtask --package postern-cli --example bench --bin postern
//! target/release/examples/bench --postern target/release/postern
//! ```

use clap::Args;

use crate::Done;
use crate::cargo::cargo;
use crate::place::target;
use crate::run::program;

/// What can be asked of the measurement.
#[derive(Args)]
pub(crate) struct Options {
    /// Which store: `sqlite`, or `postgres` on a cluster of its own
    #[arg(long, default_value = "sqlite", value_parser = ["sqlite", "postgres"])]
    store: String,
    /// Rounds; each figure is the median over them
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=15))]
    rounds: u32,
    /// Seconds of each measurement in a round
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=10))]
    seconds: u32,
    /// People that are in the database first: written in large pieces, not over HTTP
    #[arg(long, default_value_t = 0)]
    people: u64,
    /// Prints JSON instead of the table
    #[arg(long)]
    json: bool,
}

/// Builds, then measures. Standard output is the table alone.
pub(crate) fn bench(options: &Options) -> Done {
    let packages = ["--package", "xtask", "--package", "postern-cli", "--example", "bench"];
    let mut build = cargo(&["build", "--release"]);
    build.args(packages).args(["--bin", "postern"]);
    let built = build.status().map_err(|fault| format!("cargo could not be run: {fault}"))?;
    if !built.success() {
        return Err("the build failed; it says above why".to_owned());
    }
    let release = target()?.join("release");
    let mut measure = program(release.join("examples").join("bench"));
    if options.store == "postgres" {
        crate::test::have_postgres()?;
    }
    measure.args(["--store", &options.store]);
    measure.arg("--postern").arg(release.join("postern"));
    measure.args(["--rounds", &options.rounds.to_string(), "--seconds", &options.seconds.to_string()]);
    measure.args(["--people", &options.people.to_string()]);
    measure.args(options.json.then_some("--json"));
    let measured = measure.status().map_err(|fault| format!("the measurement could not start: {fault}"))?;
    if measured.success() { Ok(()) } else { Err("the measurement failed; it says above why".to_owned()) }
}
