//! One mutant after the other, against the tests that come to it: quick ones first, and no more once one failed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::build::Program;
use super::limited::{End, run};
use super::reach::Test;
use crate::Done;

/// How many mutants are looked at at once.
const WORKERS: usize = 2;

/// What tests take in all before the first look at how they ended; each look is twice as far as the one before.
const FIRST_LOOK: Duration = Duration::from_millis(500);

/// A mutant takes that much longer than none, and this besides, before it counts as one that does not end.
const PATIENCE: u32 = 5;
const SLACK: Duration = Duration::from_secs(10);

/// What came of a mutant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Verdict {
    /// A test failed.
    Caught,
    /// A test did not end.
    Late,
    /// The compiler does not take it.
    Refused,
    /// All of so many tests succeeded.
    Survived(usize),
}

/// What tests stand on.
pub(super) struct Ground {
    /// For files that tests leave. Its path is short: a socket's holds 107 bytes.
    pub(super) folder: PathBuf,
    /// Of the database cluster.
    pub(super) socket: PathBuf,
    /// What the tests of one mutant may take in all.
    pub(super) budget: Duration,
}

impl Ground {
    /// Makes the folder.
    pub(super) fn new(socket: &Path, budget: Duration) -> Done<Self> {
        let folder = std::env::temp_dir().join(format!("mutants-{}", std::process::id()));
        fs::create_dir_all(&folder).map_err(|fault| format!("{}: {fault}", folder.display()))?;
        Ok(Self { folder, socket: socket.to_owned(), budget })
    }

    /// A test program, with a folder for what it leaves. Random cases are the same each time, and few: they say as
    /// much of a mutant as many.
    pub(super) fn command(&self, program: &Program, worker: usize) -> Done<Command> {
        let folder = self.folder.join(format!("tmp-{worker}"));
        // Nothing is there the first time.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).map_err(|fault| format!("{}: {fault}", folder.display()))?;
        let mut command = Command::new(&program.path);
        command.current_dir(&program.folder).arg("--test-threads=1").env("TMPDIR", folder);
        command.env("PROPTEST_CASES", "64").env("PROPTEST_RNG_SEED", "1");
        command.env("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "true");
        command.env(postern_cluster::SHARED_CLUSTER, &self.socket);
        Ok(command)
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        // What is left there is in nobody's way.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// What comes of a mutant.
pub(super) fn judge(
    mutant: u32,
    tests: &[&Test],
    programs: &[Program],
    ground: &Ground,
    worker: usize,
) -> Done<Verdict> {
    let tests = affordable(tests, ground.budget);
    for batch in batches(&tests) {
        for (number, tests) in batch {
            let Some(program) = programs.get(number) else { continue };
            let takes: Duration = tests.iter().map(|test| test.takes).sum();
            let mut command = ground.command(program, worker)?;
            command.env("POSTERN_MUTANT", mutant.to_string()).arg("--exact");
            command.args(tests.iter().map(|test| &test.name));
            match run(&mut command, takes * PATIENCE + SLACK)? {
                End::Well(_) => {}
                End::Failed => return Ok(Verdict::Caught),
                End::Late => return Ok(Verdict::Late),
            }
        }
    }
    Ok(Verdict::Survived(tests.len()))
}

/// The quickest tests that take no more than this in all.
fn affordable<'a>(tests: &[&'a Test], budget: Duration) -> Vec<&'a Test> {
    let taken = tests.iter().scan(Duration::ZERO, |sum, test| {
        *sum += test.takes;
        Some((*sum, *test))
    });
    taken.take_while(|(sum, _)| *sum <= budget).map(|(_, test)| test).collect()
}

/// Tests in the order of the time that they take, cut where it is looked; in each part by program.
fn batches<'a>(tests: &[&'a Test]) -> Vec<BTreeMap<usize, Vec<&'a Test>>> {
    let (mut batches, mut takes, mut look) = (vec![BTreeMap::new()], Duration::ZERO, FIRST_LOOK);
    for test in tests {
        if takes > look {
            batches.push(BTreeMap::new());
            (takes, look) = (Duration::ZERO, look * 2);
        }
        takes += test.takes;
        let batch = batches.last_mut();
        batch.into_iter().for_each(|batch| batch.entry(test.program).or_insert_with(Vec::new).push(*test));
    }
    batches
}

/// Does all of it, some at once; the first thing that cannot be done ends it.
pub(super) fn in_turn<A: Sync>(all: &[A], each: impl Fn(usize, &A) -> Done + Sync) -> Done {
    let (next, fault) = (AtomicUsize::new(0), Mutex::new(Ok(())));
    std::thread::scope(|scope| {
        for worker in 0..WORKERS {
            let (next, fault, each) = (&next, &fault, &each);
            scope.spawn(move || {
                while let Some(one) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(found) = each(worker, one) {
                        next.store(all.len(), Ordering::Relaxed);
                        *fault.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Err(found);
                    }
                }
            });
        }
    });
    fault.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}
