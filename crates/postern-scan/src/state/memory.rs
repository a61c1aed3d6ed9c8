//! A state's memory: marks of files that are done, and what is told of files that are not.

use std::collections::{HashMap, HashSet};
use std::thread::{self, ThreadId};

use super::line::Found;
use crate::finding::Finding;
use crate::place::Origin;
use crate::told::Told;

/// The most marks that a passing state keeps, 64 MiB of them. Then it forgets, and files are read again.
const MARKS: usize = 4 << 20;
/// The most findings of one file. One with more is read again.
const FOUND: usize = 1000;

#[derive(Default)]
pub(super) struct Memory {
    /// Files in which nothing was found.
    clean: HashSet<u64>,
    /// Files in which something was.
    found: HashMap<u64, Vec<Found>>,
    /// What was told by each thread of the file that it reads now; none if that cannot be kept. Not by path: the same file may be
    /// read by two, if two paths lead to it.
    open: HashMap<ThreadId, Option<Vec<Finding>>>,
}

impl Memory {
    /// Takes a line of the file.
    pub(super) fn load(&mut self, mark: u64, found: Vec<Found>) {
        if found.is_empty() {
            self.clean.insert(mark);
        } else {
            self.found.insert(mark, found);
        }
    }

    /// Remembers a file that is done, and nothing else of it.
    pub(super) fn keep(&mut self, mark: u64) {
        if self.clean.len() >= MARKS {
            self.clean.clear();
        }
        self.clean.insert(mark);
    }

    /// What was found in a file, if it was read to its end. Told once: a file is walked to once.
    pub(super) fn known(&mut self, mark: u64, origin: &Origin) -> Option<Vec<Finding>> {
        if self.clean.contains(&mark) {
            return Some(Vec::new());
        }
        let found = self.found.remove(&mark)?;
        Some(found.into_iter().map(|found| found.finding(origin)).collect())
    }

    pub(super) fn hear(&mut self, told: &Told) {
        match told {
            // It is to be named again.
            Told::Trouble(_) => {
                self.open.insert(thread::current().id(), None);
            }
            Told::Found(finding) => {
                let of_file = self.open.entry(thread::current().id()).or_insert_with(|| Some(Vec::new()));
                match of_file {
                    Some(found) if found.len() < FOUND => found.push(finding.clone()),
                    _ => *of_file = None,
                }
            }
        }
    }

    /// What this thread told of its file, if that can be kept.
    pub(super) fn done(&mut self) -> Option<Vec<Finding>> {
        self.open.remove(&thread::current().id()).unwrap_or_else(|| Some(Vec::new()))
    }
}
