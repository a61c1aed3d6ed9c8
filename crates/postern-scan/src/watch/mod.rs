//! Watching folders: what is new or has changed is looked through once it is quiet. Nothing is told twice.

mod folders;
mod pending;

use std::cell::RefCell;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use self::folders::Folders;
use self::pending::Pending;
use crate::finding::Finding;
use crate::place::Origin;
use crate::scanner::Scanner;
use crate::source::{Gauge, Walk};
use crate::state::State;
use crate::told::{Told, Totals, Trouble};

/// How long one round takes. A file is looked through when it was quiet for a round.
const ROUND: Duration = Duration::from_millis(250);
/// The most findings that are remembered as told, 16 MiB of them. Then some may be told again.
const TOLD: usize = 1 << 20;

/// Folders that are watched.
pub struct Watch {
    folders: Folders,
    roots: Vec<PathBuf>,
}

impl Watch {
    /// Begins to watch these folders and all below them. Whatever changes from now on is noticed.
    ///
    /// # Errors
    /// What the system says, or that one is no folder.
    pub fn begin(roots: &[PathBuf]) -> io::Result<Self> {
        let mut folders = Folders::none()?;
        for root in roots {
            folders.add(root)?;
        }
        Ok(Self { folders, roots: roots.to_vec() })
    }

    /// Looks through the folders, then through what changes in them, until the gauge says stop or no folder is left.
    pub fn run(mut self, scanner: &Scanner, gauge: &Gauge, told: &(dyn Fn(Told) + Sync)) -> Totals {
        let (state, once) = (State::passing(), Once::default());
        let tell = |heard: Told| {
            // What is not read because the watch ends is no trouble.
            let is_end = matches!(heard, Told::Trouble(_)) && gauge.is_stopped();
            if !is_end && once.is_new(&heard) {
                told(heard);
            }
        };
        let walk = Walk { state: Some(&state), gauge: Some(gauge), ..Walk::default() };
        let mut totals = walk.over(scanner, &self.roots, &tell);
        let mut pending = Pending::default();
        while !gauge.is_stopped() && !self.folders.is_empty() {
            std::thread::sleep(ROUND);
            self.notice(&mut pending, told);
            let ready = pending.round(&self.roots);
            if !ready.is_empty() {
                let more = walk.over_found(scanner, &ready, &tell);
                (totals.files, totals.bytes) = (totals.files + more.files, totals.bytes + more.bytes);
            }
        }
        if !gauge.is_stopped() {
            trouble(told, "no folder that was watched is there any more".to_owned());
        }
        totals
    }

    /// Takes note of what has changed.
    fn notice(&mut self, pending: &mut Pending, told: &(dyn Fn(Told) + Sync)) {
        let changes = RefCell::new(pending);
        let noticed = self.folders.changes(&mut |change| changes.borrow_mut().take(change));
        if let Err(fault) = noticed {
            trouble(told, format!("not all of what changes is noticed: {fault}"));
            changes.borrow_mut().lost();
        }
    }
}

fn trouble(told: &(dyn Fn(Told) + Sync), why: String) {
    told(Told::Trouble(Trouble { origin: Origin::of("(watch)"), why }));
}

/// What was told: the same code by the same rule in the same file is told once, wherever its line moves.
#[derive(Default)]
struct Once(Mutex<HashSet<u64>>);

impl Once {
    fn is_new(&self, told: &Told) -> bool {
        let Told::Found(Finding { rule, place, digest, .. }) = told else { return true };
        let mut hasher = DefaultHasher::new();
        (rule, &place.origin, digest).hash(&mut hasher);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= TOLD {
            known.clear();
        }
        known.insert(hasher.finish())
    }
}
