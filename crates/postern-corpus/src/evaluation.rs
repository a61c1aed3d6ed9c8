//! What a scanner found of what is planted, by kind, document and spelling, and what it took for codes that are none.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::document::{Class, Document};

/// How sure a scanner may be: possible, likely, certain.
pub const LEVELS: usize = 3;

/// One finding, as far as it counts here.
pub struct Seen {
    /// Tells the same code again.
    pub digest: String,
    /// How sure: 0 is possible, 2 is certain.
    pub level: usize,
}

/// Looks through a file of that name.
pub type Find<'a> = dyn FnMut(&str, &[u8]) -> Vec<Seen> + 'a;

/// Counts of codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Codes planted.
    pub planted: usize,
    /// Of these found, by how sure.
    pub right: [usize; LEVELS],
    /// What was found and is none, by how sure.
    pub wrong: [usize; LEVELS],
}

impl Row {
    /// The share of what is planted that is found at this level or above.
    #[must_use]
    pub fn recall(&self, level: usize) -> f64 {
        share(sum(self.right, level), self.planted)
    }

    /// The share that is right of what is found at this level or above.
    #[must_use]
    pub fn precision(&self, level: usize) -> f64 {
        let right = sum(self.right, level);
        share(right, right + sum(self.wrong, level))
    }

    fn add(&mut self, other: Self) {
        self.planted += other.planted;
        for (mine, theirs) in self.right.iter_mut().zip(other.right) {
            *mine += theirs;
        }
        for (mine, theirs) in self.wrong.iter_mut().zip(other.wrong) {
            *mine += theirs;
        }
    }
}

fn sum(counts: [usize; LEVELS], level: usize) -> usize {
    counts.iter().skip(level).sum()
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// All counts.
#[derive(Default)]
pub struct Evaluation(BTreeMap<(Class, &'static str, String), Row>);

impl Evaluation {
    /// Has a document looked through and counts.
    pub fn document(&mut self, document: &Document, find: &mut Find<'_>) {
        let planted = if document.planted.is_empty() { BTreeSet::new() } else { planted(document, find) };
        let mut best: BTreeMap<String, usize> = BTreeMap::new();
        for seen in find(&document.name, &document.bytes) {
            let level = best.entry(seen.digest).or_default();
            *level = seen.level.max(*level);
        }
        let mut row = Row { planted: document.planted.len(), ..Row::default() };
        let (mut surest, mut right): (Vec<_>, usize) = (best.into_iter().collect(), 0);
        surest.sort_by_key(|(_, level)| std::cmp::Reverse(*level));
        for (digest, level) in surest {
            // Parts of a code that are taken for codes of their own are wrong.
            let is_right = planted.contains(&digest) && right < row.planted;
            right += usize::from(is_right);
            let counts = if is_right { &mut row.right } else { &mut row.wrong };
            counts.iter_mut().skip(level).take(1).for_each(|count| *count += 1);
        }
        let class = document.class;
        for (by, name) in [
            ("kind", document.kind),
            ("source", document.source),
            ("spelling", document.spelling),
            ("all", ""),
        ] {
            self.0.entry((class, by, name.to_owned())).or_default().add(row);
        }
    }

    /// The share that is right of what is found at a level or above: in documents of one class, and in those that hold
    /// nothing.
    #[must_use]
    pub fn precision(&self, class: Class, level: usize) -> f64 {
        let mut row = self.row(class, "all", "");
        row.add(Row { planted: 0, ..self.row(Class::Nothing, "all", "") });
        row.precision(level)
    }

    /// The counts of one class, all together or of one source, kind or spelling.
    #[must_use]
    pub fn row(&self, class: Class, by: &'static str, name: &str) -> Row {
        self.0.get(&(class, by, name.to_owned())).copied().unwrap_or_default()
    }
}

/// What the scanner calls the planted codes if everything speaks for them.
fn planted(document: &Document, find: &mut Find<'_>) -> BTreeSet<String> {
    let plain =
        format!("{} 2FA backup codes, recovery key:\n{}\n", document.kind, document.planted.join("\n"));
    find("text", plain.as_bytes()).into_iter().map(|seen| seen.digest).collect()
}

/// A table in Markdown.
impl fmt::Display for Evaluation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "| codes | by | | planted | possible or surer | likely or surer | certain | wrong: possible, likely, certain |"
        )?;
        writeln!(out, "|---|---|---|---|---|---|---|---|")?;
        for ((class, by, name), row) in &self.0 {
            let [possible, likely, certain] = [0, 1, 2].map(|level| 100.0 * row.recall(level));
            let [wrong_possible, wrong_likely, wrong_certain] = row.wrong;
            writeln!(
                out,
                "| {} | {by} | {name} | {} | {possible:.1} % | {likely:.1} % | {certain:.1} % | {wrong_possible}, {wrong_likely}, {wrong_certain} |",
                class.name(),
                row.planted,
            )?;
        }
        Ok(())
    }
}
