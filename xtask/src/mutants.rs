//! `cargo xtask mutants [CRATE]`: changes the heart in one place at a time, and sees whether a test of its crate fails.

use std::fs;
use std::process::Stdio;

use clap::Args;

use crate::Done;
use crate::cargo::cargo;
use crate::place::target;
use crate::run::{run, succeeds};

/// What can be asked of the mutants.
#[derive(Args)]
pub(crate) struct Options {
    /// Which crate of the heart; all of them if none is named
    name: Option<String>,
    /// Only a part of each, such as 0/4 for the first quarter
    #[arg(long)]
    shard: Option<String>,
    /// Only files whose path fits, such as **/redeem.rs
    #[arg(long)]
    file: Option<String>,
}

/// The heart: each crate, and the files that are changed.
const HEART: [(&str, &[&str]); 3] = [
    ("postern-codes", &["crates/postern-codes/src/**"]),
    ("postern-log", &["crates/postern-log/src/**"]),
    ("postern-core", &["crates/postern-core/src/kernel/**", "crates/postern-core/src/subject/**"]),
];

/// Runs every mutant against the tests of its crate, without the model check, which takes a minute. What was missed is
/// listed in `mutants/CRATE` in cargo's target folder; docs/mutants.md says why it was.
pub(crate) fn mutants(options: &Options) -> Done {
    let heart = HEART.iter().filter(|(name, _)| options.name.as_deref().is_none_or(|only| only == *name));
    let heart: Vec<_> = heart.collect();
    if heart.is_empty() {
        return Err(format!("the heart is {}", HEART.map(|(name, _)| name).join(", ")));
    }
    if !is_installed() {
        run(cargo(&["install", "cargo-mutants", "--locked"]).env_remove("CARGO_TARGET_DIR"))?;
    }
    let mut missed = Vec::new();
    for (name, files) in heart {
        let folder = target()?.join("mutants").join(name);
        fs::create_dir_all(&folder).map_err(|fault| format!("{}: {fault}", folder.display()))?;
        let how = ["mutants", "--package", name, "--jobs", "1", "--test-tool", "nextest", "--no-times"];
        // It copies the tree and builds the copy; a few random cases say as much of a mutant as many.
        let mut command = cargo(&how);
        command.env_remove("CARGO_TARGET_DIR").env("PROPTEST_CASES", "64").arg("--output").arg(&folder);
        match &options.file {
            Some(file) => command.args(["--file", file]),
            None => command.args(files.iter().flat_map(|file| ["--file", file])),
        };
        command.args(options.shard.iter().flat_map(|part| ["--shard", part]));
        if !succeeds(command.args(["--", "-E", "not binary(model)"]))? {
            missed.push(folder.display().to_string());
        }
    }
    if missed.is_empty() {
        return Ok(());
    }
    Err(format!("not every mutant was caught: {}. docs/mutants.md says which are known", missed.join(", ")))
}

fn is_installed() -> bool {
    let mut asked = cargo(&["mutants", "--version"]);
    asked.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
