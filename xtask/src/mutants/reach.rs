//! Each test by itself, once, without a mutant: how long it takes, and which switches it comes to.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use super::build::Program;
use super::judge::{Ground, in_turn};
use super::limited::{End, run};
use crate::Done;

/// The longest that a test may take without a mutant; slower ones are not asked.
const LONGEST: Duration = Duration::from_secs(60);

/// A test.
pub(super) struct Test {
    /// Its program.
    pub(super) program: usize,
    /// Its name.
    pub(super) name: String,
    /// How long it takes.
    pub(super) takes: Duration,
    /// Numbers of the mutants whose switches it comes to.
    pub(super) reaches: Vec<u32>,
}

/// Every test of all programs; and those that do not succeed without a mutant, by name.
pub(super) fn reach(programs: &[Program], ground: &Ground) -> Done<(Vec<Test>, Vec<String>)> {
    let mut names = Vec::new();
    for (number, program) in programs.iter().enumerate() {
        names.extend(list(program)?.into_iter().map(|name| (number, name)));
    }
    println!("xtask: {} tests are run once each, without a mutant", names.len());
    let (tests, failed) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    in_turn(&names, |worker, (number, name)| {
        let Some(program) = programs.get(*number) else { return Ok(()) };
        match alone(program, name, ground, worker)? {
            Some((takes, reaches)) => {
                let test = Test { program: *number, name: name.clone(), takes, reaches };
                lock(&tests).push(test);
            }
            None => lock(&failed).push(format!("{}::{}: {name}", program.package, program.name)),
        }
        Ok(())
    })?;
    let (mut tests, failed) = (into(tests), into(failed));
    tests.sort_by_key(|test| test.takes);
    Ok((tests, failed))
}

fn alone(
    program: &Program,
    name: &str,
    ground: &Ground,
    worker: usize,
) -> Done<Option<(Duration, Vec<u32>)>> {
    let file = ground.folder.join(format!("reached-{worker}"));
    // Nothing is there the first time.
    let _ = fs::remove_file(&file);
    let mut command = ground.command(program, worker)?;
    let end = run(command.env("POSTERN_MUTANTS_REACHED", &file).args(["--exact", name]), LONGEST)?;
    let reached = fs::read_to_string(&file).unwrap_or_default();
    let reached = reached.lines().filter_map(|line| line.parse().ok()).collect();
    Ok(match end {
        End::Well(takes) => Some((takes, reached)),
        End::Late => {
            println!("xtask: {} is too slow to be asked: {name}", program.name);
            Some((LONGEST, Vec::new()))
        }
        End::Failed => None,
    })
}

fn list(program: &Program) -> Done<Vec<String>> {
    let mut command = Command::new(&program.path);
    let output = command.current_dir(&program.folder).args(["--list", "--format", "terse"]).output();
    let output = output.map_err(|fault| format!("{}: {fault}", Path::new(&program.path).display()))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect())
}

fn lock<A>(of: &Mutex<A>) -> std::sync::MutexGuard<'_, A> {
    of.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn into<A>(of: Mutex<A>) -> A {
    of.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}
