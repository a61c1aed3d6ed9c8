//! Reports: written while the scan goes on, in the order in which findings come. None holds a code.

mod lines;
mod sarif;
mod text;

use std::io::{self, Write};

use crate::finding::Finding;
use crate::told::Totals;

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Text,
    /// JSON Lines: one object a finding, and one at the end.
    JsonLines,
    /// SARIF 2.1.0.
    Sarif,
}

impl Form {
    /// A report of this form.
    #[must_use]
    pub fn report<'a>(
        self,
        out: &'a mut (dyn Write + Send),
        key_name: String,
    ) -> Box<dyn Report + Send + 'a> {
        match self {
            Self::Text => Box::new(text::Text(out)),
            Self::JsonLines => Box::new(lines::Lines { out, key_name }),
            Self::Sarif => Box::new(sarif::Sarif { out, begun: false }),
        }
    }
}

/// Writes findings as they come.
pub trait Report {
    /// Writes one.
    ///
    /// # Errors
    /// What writing gave.
    fn finding(&mut self, finding: &Finding) -> io::Result<()>;

    /// Writes the end.
    ///
    /// # Errors
    /// What writing gave.
    fn end(&mut self, totals: &Totals) -> io::Result<()>;
}
