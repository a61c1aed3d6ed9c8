//! Found words: whether they are codes, asked without spending one; and texts that are looked at before they are saved.
//!
//! A verifier is keyed by its subject, so a bare word does not say whose it is, and nothing that is stored may say it: a
//! table of unstretched digests would undo what stretching is for. So words are compared with the subjects that the
//! request names, or those of enough bits with every subject of the tenant, page by page.

mod budget;
mod check;
mod compare;
mod counts;
mod inspect;
mod mark;
mod named;
mod record;
mod turns;
mod walk;
mod words;

pub(crate) use budget::Leaks;
pub use inspect::Inspection;
pub use walk::LeakCursor;
use zeroize::Zeroizing;

use crate::Problem;
use crate::request::{Idempotent, SubjectName};
use postern_core::limits;

/// A request about found words.
pub struct LeakQuestion {
    /// The words as they were found.
    pub words: Vec<Zeroizing<String>>,
    /// Whose they may be, where that is known.
    pub subjects: Vec<SubjectName>,
    /// Where the page before ended.
    pub after: Option<LeakCursor>,
    /// The request.
    pub request: Idempotent,
}

/// What one word is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LeakOutcome {
    /// A code of a set that has not ended, and not used up.
    Live {
        /// Whether its set was revoked for it.
        revoked: bool,
    },
    /// A code that was spent, or revoked by number, of a set that has not ended.
    Spent,
    /// A code of an ended set.
    Old,
    /// No code of the subjects that were looked at.
    NotOurs,
    /// It may be one: that is only seen with its subject's name.
    NeedsSubject,
    /// No code of the subjects that were looked at until now.
    Undecided,
}

/// What the words are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeakAnswer {
    /// One for each word.
    pub items: Vec<LeakOutcome>,
    /// Where to go on, if there is more to look at.
    pub next: Option<LeakCursor>,
}

impl LeakQuestion {
    /// Whether it is one that may be asked.
    fn check(&self) -> Result<(), Problem> {
        if self.words.is_empty() || self.words.len() > limits::LEAK_WORDS {
            return Err(Problem::InvalidValue("Ask about 1 to 100 words."));
        }
        if self.subjects.len() > limits::LEAK_SUBJECTS {
            return Err(Problem::InvalidValue("Name at most 100 subjects."));
        }
        self.subjects.iter().try_for_each(SubjectName::check)
    }
}
