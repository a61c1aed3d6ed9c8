//! What the compiler refuses: its faults, read as mutants.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use cargo_metadata::Message;
use cargo_metadata::diagnostic::{DiagnosticLevel, DiagnosticSpan};

use super::edit::Rewritten;
use super::plan::Plan;
use crate::Done;

/// The mutants that faults point at: the innermost around each; where there is none, all of the function.
pub(super) fn refused(
    plan: &Plan,
    files: &BTreeMap<String, Rewritten>,
    messages: &[Message],
) -> Done<BTreeSet<u32>> {
    let faults = messages.iter().filter_map(|message| match message {
        Message::CompilerMessage(said) if said.message.level == DiagnosticLevel::Error => Some(&said.message),
        _ => None,
    });
    let mut refused = BTreeSet::new();
    for fault in faults {
        for span in fault.spans.iter().filter(|span| span.is_primary) {
            match files.get(&span.file_name).and_then(|file| innermost(file, &bytes(span))) {
                Some(mutant) => refused.extend([mutant]),
                None => refused.extend(plan.neighbours(&span.file_name, span.line_start)),
            }
        }
        if refused.is_empty() {
            return Err(format!("the copy does not compile: {fault}"));
        }
    }
    if refused.is_empty() { Err("cargo says above why it did not build".to_owned()) } else { Ok(refused) }
}

fn bytes(span: &DiagnosticSpan) -> Range<usize> {
    let number = |offset: u32| usize::try_from(offset).unwrap_or(usize::MAX);
    number(span.byte_start)..number(span.byte_end)
}

fn innermost(file: &Rewritten, bytes: &Range<usize>) -> Option<u32> {
    let holds = |at: &Range<usize>| at.start <= bytes.start && bytes.end <= at.end;
    file.places.iter().rfind(|(at, _)| holds(at)).map(|(_, mutant)| *mutant)
}
