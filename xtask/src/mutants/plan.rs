//! All mutants there are, and the changed text of their files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::copy::listed;
use super::edit::{Edit, Rewritten, rewrite};
use super::find::find;
use super::found::Mutant;
use super::heart::HEART;
use super::judge::Verdict;
use super::outcomes::Outcomes;
use crate::Done;
use crate::place::root;

/// Every mutant, by number; and the files that they are in, by path.
pub(super) struct Plan {
    /// From number 1.
    pub(super) mutants: BTreeMap<u32, Placed>,
    files: BTreeMap<String, Source>,
}

/// A mutant and where it is.
pub(super) struct Placed {
    /// The crate.
    pub(super) name: &'static str,
    /// The file, in the repository.
    pub(super) path: String,
    /// What is changed.
    pub(super) mutant: Mutant,
    /// A number of the file's whole text, which is another when that is.
    text: u64,
}

struct Source {
    text: String,
    edits: Vec<Edit>,
}

impl Plan {
    /// Reads all files of the heart.
    pub(super) fn new() -> Done<Self> {
        let mut plan = Self { mutants: BTreeMap::new(), files: BTreeMap::new() };
        let mut next = 1;
        for path in listed()? {
            let Some(of) = HEART.iter().find(|of| of.holds(&path)) else { continue };
            let text = fs::read_to_string(root().join(&path)).map_err(|fault| format!("{path}: {fault}"))?;
            let found = find(&text, next).map_err(|fault| format!("{path}: {fault}"))?;
            let mut hasher = DefaultHasher::new();
            text.hash(&mut hasher);
            let mut edits = Vec::new();
            for (mutant, edit) in found {
                next = edit.mutant.saturating_add(1);
                let placed = Placed { name: of.name, path: path.clone(), mutant, text: hasher.finish() };
                plan.mutants.insert(edit.mutant, placed);
                edits.push(edit);
            }
            plan.files.insert(path, Source { text, edits });
        }
        Ok(plan)
    }

    /// Every file of the heart.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// A file with its mutants, without those that do not compile.
    pub(super) fn rewritten(&self, path: &str, dropped: &BTreeSet<u32>) -> Option<Rewritten> {
        let source = self.files.get(path)?;
        let edits: Vec<_> = source.edits.iter().filter(|edit| !dropped.contains(&edit.mutant)).collect();
        Some(rewrite(&source.text, &edits))
    }

    /// Of which this came the last time.
    pub(super) fn those(&self, outcomes: &Outcomes, verdict: Verdict) -> BTreeSet<u32> {
        let all = self.mutants.iter().filter(|(_, placed)| outcomes.of(placed) == Some(verdict));
        all.map(|(number, _)| *number).collect()
    }

    /// All mutants of the function in which this one is, in its file.
    pub(super) fn neighbours(&self, path: &str, line: usize) -> BTreeSet<u32> {
        let of_file = || self.mutants.iter().filter(|(_, placed)| placed.path == path);
        let before = of_file().rfind(|(_, placed)| placed.mutant.line <= line);
        let Some((_, before)) = before else { return BTreeSet::new() };
        let same = of_file().filter(|(_, placed)| placed.mutant.function == before.mutant.function);
        same.map(|(number, _)| *number).collect()
    }
}

impl Placed {
    /// Where it is and what is changed, in a line.
    pub(super) fn line(&self) -> String {
        let Mutant { line, column, function, what } = &self.mutant;
        format!("{}:{line}:{column} {function}: {what}", self.path)
    }

    /// The same from one run to the next, as long as the file is the same.
    pub(super) fn key(&self) -> String {
        format!("{:016x} {}", self.text, self.line())
    }
}
