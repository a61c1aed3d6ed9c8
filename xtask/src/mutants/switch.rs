//! Which mutant runs: put into each crate that is changed, in the copy alone.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;
use std::sync::{Mutex, OnceLock};

/// Number of the mutant; zero for none of them.
const CHOSEN: &str = "POSTERN_MUTANT";

/// A file to which the number of each switch is added that is come to.
const REACHED: &str = "POSTERN_MUTANTS_REACHED";

static STATE: OnceLock<(u32, Option<Mutex<Reached>>)> = OnceLock::new();

struct Reached {
    file: File,
    known: BTreeSet<u32>,
}

/// Whether this is the mutant that runs.
#[inline]
pub fn is(mutant: u32) -> bool {
    let (chosen, reached) = STATE.get_or_init(begin);
    if let Some(reached) = reached {
        note(reached, mutant);
    }
    *chosen == mutant
}

fn begin() -> (u32, Option<Mutex<Reached>>) {
    let chosen = std::env::var(CHOSEN).ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    let file = std::env::var_os(REACHED).and_then(|path| File::options().create(true).append(true).open(path).ok());
    (chosen, file.map(|file| Mutex::new(Reached { file, known: BTreeSet::new() })))
}

/// Written at once: nobody says when a process ends.
fn note(reached: &Mutex<Reached>, mutant: u32) {
    let mut reached = reached.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if reached.known.insert(mutant) {
        let _ = reached.file.write_all(format!("{mutant}\n").as_bytes());
    }
}
