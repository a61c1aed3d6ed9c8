//! The report for people: a line a finding, and a summary.

use std::io::{self, Write};

use super::Report;
use crate::finding::Finding;
use crate::told::Totals;

pub(super) struct Text<'a>(pub(super) &'a mut (dyn Write + Send));

impl Report for Text<'_> {
    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let Finding { place, confidence, rule, masked, siblings, .. } = finding;
        write!(self.0, "{place}  {}  {rule}  {masked}", confidence.name())?;
        if *siblings > 1 {
            write!(self.0, "  one of {siblings} nearby")?;
        }
        if let Some(standing) = finding.standing {
            write!(self.0, "  {}", standing.name())?;
        }
        if place.origin.is_vault {
            write!(self.0, "  in a vault export")?;
        }
        writeln!(self.0)
    }

    fn end(&mut self, totals: &Totals) -> io::Result<()> {
        let Totals { files, bytes, findings, known, troubles } = totals;
        let mebibytes = bytes.div_ceil(1 << 20);
        write!(self.0, "{findings} found in {files} files ({mebibytes} MiB)")?;
        if *known > 0 {
            write!(self.0, ", {known} more in the baseline")?;
        }
        if *troubles > 0 {
            write!(self.0, "; {troubles} not read, or not to the end")?;
        }
        writeln!(self.0)
    }
}
