//! Findings that wait until their record has a name: in an export what names a message often stands behind its text.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::finding::Finding;
use crate::record::Record;

/// The most that wait. The oldest is told with what is known by then.
const MOST: usize = 1024;
/// How far back the same code is looked for in the same record.
const BACK: usize = 256;

/// Findings in the order of their places, each with its record.
#[derive(Default)]
pub(crate) struct Held(VecDeque<(Option<Rc<Record>>, Finding)>);

impl Held {
    /// One more. An export says a message's text two or three times: a code counts once in a record, as the surest.
    pub(crate) fn push(&mut self, record: Option<Rc<Record>>, finding: Finding) {
        let same = |(before, held): &&mut (Option<Rc<Record>>, Finding)| {
            let one_record =
                matches!((before, &record), (Some(before), Some(record)) if Rc::ptr_eq(before, record));
            one_record && held.digest == finding.digest
        };
        match self.0.iter_mut().rev().take(BACK).find(same) {
            Some((_, held)) if finding.confidence > held.confidence => {
                let place = held.place.clone();
                *held = Finding { place, ..finding };
            }
            Some(_) => {}
            None => self.0.push_back((record, finding)),
        }
    }

    /// The next that need not wait any more, with its record.
    pub(crate) fn next(&mut self) -> Option<(Option<Rc<Record>>, Finding)> {
        let settled = |(record, _): &(Option<Rc<Record>>, Finding)| {
            record.as_ref().is_none_or(|record| record.is_settled())
        };
        let may = self.0.len() > MOST || self.0.front().is_some_and(settled);
        if may { self.0.pop_front() } else { None }
    }

    /// All that are left, whatever is known of their records.
    pub(crate) fn rest(self) -> impl Iterator<Item = (Option<Rc<Record>>, Finding)> {
        self.0.into_iter()
    }
}
