//! What came of all mutants: a table by crate, and the list of those that survived.

use std::fmt::Write as _;

use super::heart::{Crate, HEART};
use super::judge::Verdict;
use super::outcomes::Outcomes;
use super::plan::Plan;

/// The head of the table.
const HEAD: &str = "| crate | mutants | do not compile | caught | timed out | survivors | not looked at |\n\
                    |---|---|---|---|---|---|---|\n";

/// The table of all crates.
pub(super) fn table(plan: &Plan, outcomes: &Outcomes) -> String {
    let mut table = HEAD.to_owned();
    for Crate { name, .. } in &HEART {
        let all = plan.mutants.values().filter(|placed| placed.name == *name);
        let verdicts: Vec<_> = all.map(|placed| outcomes.of(placed)).collect();
        let many =
            |fits: fn(&Option<Verdict>) -> bool| verdicts.iter().filter(|verdict| fits(verdict)).count();
        let refused = many(|verdict| matches!(verdict, Some(Verdict::Refused)));
        let caught = many(|verdict| matches!(verdict, Some(Verdict::Caught)));
        let late = many(|verdict| matches!(verdict, Some(Verdict::Late)));
        let survived = many(|verdict| matches!(verdict, Some(Verdict::Survived(_))));
        let (count, waiting) = (verdicts.len(), many(Option::is_none));
        let row =
            format!("| `{name}` | {count} | {refused} | {caught} | {late} | {survived} | {waiting} |\n");
        table.push_str(&row);
    }
    table
}

/// Every survivor, with the number of tests that came to it and succeeded.
pub(super) fn survivors(plan: &Plan, outcomes: &Outcomes) -> String {
    let mut list = String::new();
    for (number, placed) in &plan.mutants {
        if let Some(Verdict::Survived(tests)) = outcomes.of(placed) {
            // Writing to a string cannot fail.
            let _ = writeln!(list, "{} ({number}, {tests} tests)", placed.line());
        }
    }
    list
}
