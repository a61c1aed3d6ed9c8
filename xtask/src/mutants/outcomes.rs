//! What came of each mutant, written down at once, so that a run that ends early goes on where it was.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::judge::Verdict;
use super::plan::Placed;
use crate::Done;

/// The file of verdicts, and what stood there.
pub(super) struct Outcomes {
    file: Mutex<File>,
    known: Mutex<BTreeMap<String, Verdict>>,
}

impl Outcomes {
    /// Opens them, in a folder.
    pub(super) fn open(folder: &Path) -> Done<Self> {
        let path = folder.join("outcomes.tsv");
        let text = fs::read_to_string(&path).unwrap_or_default();
        let known = text.lines().filter_map(read).collect();
        let file = File::options().create(true).append(true).open(&path);
        let file = file.map_err(|fault| format!("{}: {fault}", path.display()))?;
        Ok(Self { file: Mutex::new(file), known: Mutex::new(known) })
    }

    /// What came of a mutant, the last time.
    pub(super) fn of(&self, placed: &Placed) -> Option<Verdict> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&placed.key()).copied()
    }

    /// Writes down what came of one.
    pub(super) fn note(&self, placed: &Placed, verdict: Verdict) -> Done {
        let line = format!("{}\t{}\n", placed.key(), written(verdict));
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(line.as_bytes()).map_err(|fault| format!("outcomes.tsv: {fault}"))?;
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(placed.key(), verdict);
        Ok(())
    }
}

fn written(verdict: Verdict) -> String {
    match verdict {
        Verdict::Caught => "caught".to_owned(),
        Verdict::Late => "late".to_owned(),
        Verdict::Refused => "refused".to_owned(),
        Verdict::Survived(tests) => format!("survived {tests}"),
    }
}

fn read(line: &str) -> Option<(String, Verdict)> {
    let (key, verdict) = line.rsplit_once('\t')?;
    let verdict = match verdict.split_once(' ') {
        None if verdict == "caught" => Verdict::Caught,
        None if verdict == "late" => Verdict::Late,
        None if verdict == "refused" => Verdict::Refused,
        Some(("survived", tests)) => Verdict::Survived(tests.parse().ok()?),
        _ => return None,
    };
    Some((key.to_owned(), verdict))
}
