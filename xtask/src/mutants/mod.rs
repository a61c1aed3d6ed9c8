//! `cargo xtask mutants [CRATE]`: changes the heart in one place at a time, and sees whether a test fails.
//!
//! All changes are built at once, each behind a switch; a variable of the environment says which one runs. So a mutant
//! costs the time of the tests that come to it, not that of a build.

mod build;
mod copy;
mod edit;
mod find;
mod found;
mod heart;
mod judge;
mod left_out;
mod limited;
mod operators;
mod outcomes;
mod pieces;
mod plan;
mod reach;
mod refused;
mod table;
mod values;

use std::fs;
use std::path::Path;
use std::time::Duration;

use clap::Args;

use self::build::Program;
use self::heart::{Crate, HEART};
use self::judge::{Ground, Verdict, in_turn, judge};
use self::outcomes::Outcomes;
use self::plan::{Placed, Plan};
use self::reach::{Test, reach};
use crate::Done;
use crate::place::target;
use crate::test::start_postgres;

/// What can be asked of the mutants.
#[derive(Args)]
pub(crate) struct Options {
    /// Which crate of the heart; all of them if none is named
    name: Option<String>,
    /// Only a part of each, such as 0/4 for the first of four
    #[arg(long, value_parser = part)]
    shard: Option<(usize, usize)>,
    /// Only files whose path holds this, such as subject/redeem
    #[arg(long)]
    file: Option<String>,
    /// Seconds that the tests of one mutant may take in all: the quickest are run
    #[arg(long, default_value_t = 600)]
    budget: u64,
    /// Looks again at what was caught in an earlier run
    #[arg(long)]
    again: bool,
}

/// Runs every mutant against the tests that come to it. What survived is listed in `mutants/survivors.txt` in cargo's
/// target folder; docs/mutants.md says why it did.
pub(crate) fn mutants(options: &Options) -> Done {
    if !HEART.iter().any(|of| options.takes(of)) {
        return Err(format!("the heart is {}", HEART.each_ref().map(|of| of.name).join(", ")));
    }
    let folder = target()?.join("mutants");
    fs::create_dir_all(&folder).map_err(|fault| format!("{}: {fault}", folder.display()))?;
    let plan = Plan::new()?;
    println!("xtask: {} mutants", plan.mutants.len());
    let outcomes = Outcomes::open(&folder)?;
    let (mut programs, refused) = build::build(&plan, &folder.join("tree"), &outcomes)?;
    programs.retain(|program| HEART.iter().any(|of| options.takes(of) && program.looks_at(of)));
    let asked: Vec<_> = plan
        .mutants
        .iter()
        .filter(|(number, placed)| !refused.contains(number) && options.asks(**number, placed))
        .filter(|(_, placed)| options.again || !is_caught(outcomes.of(placed)))
        .collect();
    look(&asked, &programs, &outcomes, Duration::from_secs(options.budget))?;
    finish(&folder, &plan, &outcomes)
}

/// Looks at each, in turn.
fn look(asked: &[(&u32, &Placed)], programs: &[Program], outcomes: &Outcomes, budget: Duration) -> Done {
    let cluster = start_postgres()?;
    let ground = Ground::new(cluster.socket_folder(), budget)?;
    let (tests, failed) = reach(programs, &ground)?;
    if !failed.is_empty() {
        return Err(format!("without a mutant, these fail: {}", failed.join(", ")));
    }
    let all: Duration = tests.iter().map(|test| test.takes).sum();
    println!("xtask: {} mutants are looked at; all tests take {} seconds", asked.len(), all.as_secs());
    in_turn(asked, |worker, (number, placed)| {
        let tests = judges(**number, placed, &tests, programs);
        let verdict = judge(**number, &tests, programs, &ground, worker)?;
        if let Verdict::Survived(tests) = verdict {
            println!("survived {tests} tests: {}", placed.line());
        }
        outcomes.note(placed, verdict)
    })
}

impl Options {
    fn takes(&self, of: &Crate) -> bool {
        self.name.as_ref().is_none_or(|name| name == of.name)
    }

    fn asks(&self, number: u32, placed: &Placed) -> bool {
        let number = usize::try_from(number).unwrap_or_default();
        self.name.as_ref().is_none_or(|name| name == placed.name)
            && self.file.as_ref().is_none_or(|file| placed.path.contains(file))
            && self.shard.is_none_or(|(one, all)| number % all == one)
    }
}

/// The tests that look at a mutant and come to it.
fn judges<'a>(number: u32, placed: &Placed, tests: &'a [Test], programs: &[Program]) -> Vec<&'a Test> {
    let of = HEART.iter().find(|of| of.name == placed.name);
    let looks = |test: &&Test| {
        let program = programs.get(test.program);
        test.reaches.contains(&number)
            && program.is_some_and(|program| of.is_some_and(|of| program.looks_at(of)))
    };
    tests.iter().filter(looks).collect()
}

fn is_caught(verdict: Option<Verdict>) -> bool {
    matches!(verdict, Some(Verdict::Caught | Verdict::Late))
}

/// Writes down and says what came of all.
fn finish(folder: &Path, plan: &Plan, outcomes: &Outcomes) -> Done {
    let (table, list) = (table::table(plan, outcomes), table::survivors(plan, outcomes));
    let path = folder.join("survivors.txt");
    fs::write(&path, &list).map_err(|fault| format!("{}: {fault}", path.display()))?;
    println!("{table}");
    if list.is_empty() {
        return Ok(());
    }
    Err(format!("not every mutant was caught: {}. docs/mutants.md says which are known", path.display()))
}

/// `0/4`.
fn part(text: &str) -> Result<(usize, usize), String> {
    let parts = text.split_once('/').and_then(|(one, all)| Some((one.parse().ok()?, all.parse().ok()?)));
    parts.filter(|(one, all)| one < all).ok_or_else(|| "such as 0/4, up to 3/4".to_owned())
}
