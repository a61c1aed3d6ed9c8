//! Reports: written while the scan goes on, in the order in which findings come; the page at the end, in order. None
//! holds a code.

mod html;
mod lines;
mod rules;
mod sarif;
mod text;

use std::io::{self, Write};

use crate::finding::Finding;
use crate::told::{Totals, Trouble};

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Text,
    /// JSON Lines: one object a finding, and one at the end.
    JsonLines,
    /// SARIF 2.1.0.
    Sarif,
    /// One page that needs nothing else.
    Html,
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
            Self::Sarif => Box::new(sarif::Sarif::to(out)),
            Self::Html => Box::new(html::Page::to(out)),
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

    /// Hears of what was not read. Most forms leave that to standard error.
    ///
    /// # Errors
    /// What writing gave.
    fn trouble(&mut self, _trouble: &Trouble) -> io::Result<()> {
        Ok(())
    }

    /// Writes the end.
    ///
    /// # Errors
    /// What writing gave.
    fn end(&mut self, totals: &Totals) -> io::Result<()>;
}
