//! `cargo xtask fuzz [TARGET]`: runs the fuzzers of `fuzz/`, one after the other, each for a bounded time.

use std::fs;

use clap::Args;

use crate::Done;
use crate::cargo::cargo;
use crate::place::root;
use crate::run::{answers, run};

/// What can be asked of the fuzzers.
#[derive(Args)]
pub(crate) struct Options {
    /// Which; all of them if none is named
    target: Option<String>,
    /// For how long each
    #[arg(long, default_value_t = 60)]
    seconds: u64,
}

impl Options {
    /// All of them, each for so long.
    pub(crate) const fn all(seconds: u64) -> Self {
        Self { target: None, seconds }
    }
}

/// Targets that need the whole product, not the readers alone.
const WHOLE: [&str; 3] = ["body", "configuration", "key_file"];

/// Runs the fuzzers. What they find lies in `fuzz/artifacts`; new inputs lie in `fuzz/found`, not in the corpus.
pub(crate) fn fuzz(options: &Options) -> Done {
    if !answers("cargo-fuzz", "--version") {
        run(cargo(&["install", "cargo-fuzz", "--locked"]).env_remove("CARGO_TARGET_DIR"))?;
    }
    let time = format!("-max_total_time={}", options.seconds);
    for target in
        targets()?.into_iter().filter(|name| options.target.as_ref().is_none_or(|only| only == name))
    {
        let (found, corpus) = (format!("fuzz/found/{target}"), format!("fuzz/corpus/{target}"));
        fs::create_dir_all(root().join(&found)).map_err(|fault| format!("{found}: {fault}"))?;
        // No sanitizer: there is no unsafe code, and so it runs with the stable toolchain.
        let how = ["--fuzz-dir", "fuzz", "--dev", "--sanitizer", "none"];
        let whole: &[&str] = if WHOLE.contains(&target.as_str()) { &["--features", "whole"] } else { &[] };
        let limits = ["--", time.as_str(), "-max_len=4096", "-print_final_stats=1"];
        run(cargo(&["fuzz", "run"]).args(how).args(whole).args([&target, &found, &corpus]).args(limits))?;
    }
    Ok(())
}

/// Every target, by name.
fn targets() -> Done<Vec<String>> {
    let folder = root().join("fuzz/corpus");
    let entries = fs::read_dir(&folder).map_err(|fault| format!("{}: {fault}", folder.display()))?;
    let mut names: Vec<String> =
        entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    Ok(names)
}
