//! `cargo xtask`: one entrance for people and CI.
//!
//! | subcommand | does |
//! |---|---|
//! | `check` | format, lints, crate edges, rules on files, licences, generated files |
//! | `generate` | writes the generated files |
//! | `test` | builds once, runs every test, inside and outside |
//! | `campaign` | runs one of the campaigns that try to break a promise, by itself and at length |
//! | `fuzz` | runs the fuzzers of `fuzz/`, each for a bounded time |
//! | `mutants` | changes the heart in one place at a time, and sees whether a test fails |
//! | `previous` | builds the previous release, from which upgrades are tested |
//! | `scan-eval` | scans the labelled corpus and prints what was found, by rule and source |
//! | `scan-bench` | measures the scanner beside other people's, on the same files |
//! | `bench` | measures, beside the machine's bare limits |
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool of the command line talks to people")]

mod bench;
mod campaign;
mod cargo;
mod check;
mod edges;
mod fuzz;
mod generate;
mod mutants;
mod packages;
mod place;
mod previous;
mod python;
mod run;
mod scan_bench;
mod scan_eval;
mod test;

use std::process::ExitCode;

use clap::Parser;

/// What a step gives: nothing, or what went wrong and what to do next.
type Done<T = ()> = Result<T, String>;

/// One entrance for people and CI.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Task {
    /// Checks format, lints, crate edges, rules on files, licences and generated files
    Check,
    /// Writes docs/reference
    Generate,
    /// Builds once and runs every test
    Test(test::Options),
    /// Runs one campaign that tries to break a promise, by itself and at length
    Campaign(campaign::Options),
    /// Runs the fuzzers, one after the other, each for a bounded time
    Fuzz(fuzz::Options),
    /// Changes the heart in one place at a time, and sees whether a test fails
    Mutants(mutants::Options),
    /// Builds the previous release, from which upgrades are tested
    Previous,
    /// Scans the labelled corpus and prints what was found, by rule and source
    ScanEval(scan_eval::Options),
    /// Measures the scanner beside ripgrep and kingfisher, on the same files in the same run
    ScanBench(scan_bench::Options),
    /// Measures redemptions, refusals and stages beside the machine's bare limits
    Bench(bench::Options),
}

fn main() -> ExitCode {
    let done = match Task::parse() {
        Task::Check => check::check(),
        Task::Generate => generate::generate(),
        Task::Test(options) => test::test(&options),
        Task::Campaign(options) => campaign::campaign(&options),
        Task::Fuzz(options) => fuzz::fuzz(&options),
        Task::Mutants(options) => mutants::mutants(&options),
        Task::Previous => previous::previous(),
        Task::ScanEval(options) => scan_eval::scan_eval(&options),
        Task::ScanBench(options) => scan_bench::scan_bench(&options),
        Task::Bench(options) => bench::bench(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("xtask: {fault}");
            ExitCode::FAILURE
        }
    }
}
