//! `cargo xtask test`: builds once, runs everything, and leaves nothing running.

mod clock;
mod count;
mod ground;
mod outside;
mod postgres;
mod servers;
mod tesseract;
mod token;

use clap::Args;

use self::count::Count;
pub(crate) use self::ground::Ground;
use crate::cargo::cargo;
use crate::run::{shown, succeeds};
use crate::{Done, place};

/// Installs PostgreSQL if it is missing.
pub(crate) fn have_postgres() -> Done {
    postgres::have()
}

/// Starts a PostgreSQL cluster, which ends when dropped, and installs what is missing for that.
pub(crate) fn start_postgres() -> Done<postern_cluster::Cluster> {
    postgres::start()
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

/// Runs all tests, also after some failed. Closes with one line that counts those outside the test runner.
pub(crate) fn test(options: &Options) -> Done {
    let ground = Ground::prepare()?;
    let mut failed = Vec::new();
    let filter: Vec<_> = options.filter.iter().map(String::as_str).collect();
    if !succeeds(&mut ground.tests(options.long, &filter))? {
        failed.push("tests of the crates".to_owned());
    }
    drop(ground);
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

/// Examples in documentation.
fn documented() -> Done<Count> {
    let (well, lines) =
        shown(&mut cargo(&["test", "--doc", "--workspace", "--profile", "ci", "--no-fail-fast"]))?;
    let results = lines.iter().filter_map(|line| line.strip_prefix("test result: "));
    Ok(Count::of(results.filter_map(Count::in_words), well))
}
