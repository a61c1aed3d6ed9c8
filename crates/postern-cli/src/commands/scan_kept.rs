//! What a scan keeps while findings come in from all threads, and what of it is told.

use std::io;

use postern_scan::{Baseline, Confidence, Finding, Report, Standing, Told, Totals};

use crate::output;
use crate::progress::Progress;

/// The report, and what is known until now.
pub(super) struct Kept<'a> {
    report: Box<dyn Report + Send + 'a>,
    baseline: Option<Baseline>,
    progress: &'a Progress,
    totals: Totals,
    surest: Option<Confidence>,
    /// Why the report could not be written any more.
    fault: Option<io::Error>,
    /// Own codes that the service is asked about before they are told.
    to_ask: Option<Vec<Finding>>,
}

impl<'a> Kept<'a> {
    /// Nothing yet. Own codes are kept back where somebody asks about them.
    pub(super) fn of(
        report: Box<dyn Report + Send + 'a>,
        baseline: Option<Baseline>,
        progress: &'a Progress,
        asks: bool,
    ) -> Self {
        let (totals, to_ask) = (Totals::default(), asks.then(Vec::new));
        Self { report, baseline, progress, totals, surest: None, fault: None, to_ask }
    }

    /// Takes in what a scan tells.
    pub(super) fn tell(&mut self, told: Told) {
        match told {
            Told::Trouble(trouble) => {
                self.totals.troubles += 1;
                self.progress.aside(|| output::message(&format!("not read: {trouble}")));
                if self.fault.is_none() {
                    self.fault = self.report.trouble(&trouble).err();
                }
            }
            Told::Found(finding) => match self.to_ask.as_mut().filter(|_| finding.is_own()) {
                // Also what the baseline knows: it may work still.
                Some(to_ask) => to_ask.push(finding),
                None => self.found(&finding),
            },
        }
    }

    /// What the service is to be asked about. From now on own codes are told.
    pub(super) fn held_back(&mut self) -> Vec<Finding> {
        self.to_ask.take().unwrap_or_default()
    }

    fn found(&mut self, finding: &Finding) {
        if !works(finding) && self.baseline.as_ref().is_some_and(|known| known.knows(finding)) {
            self.totals.known += 1;
            return;
        }
        self.totals.findings += 1;
        self.surest = self.surest.max(Some(finding.confidence));
        if self.fault.is_none() {
            self.fault = self.report.finding(finding).err();
        }
    }

    /// Writes the end of the report; the surest finding, and whether everything was read.
    ///
    /// # Errors
    /// Why the report could not be written.
    pub(super) fn end(mut self, read: Totals) -> io::Result<(Option<Confidence>, bool)> {
        let totals = Totals { files: read.files, bytes: read.bytes, ..self.totals };
        self.fault.take().map_or_else(|| self.report.end(&totals), Err)?;
        Ok((self.surest, totals.troubles == 0))
    }
}

/// Whether it worked when it was found: then nobody has handled it, whatever was known before.
fn works(finding: &Finding) -> bool {
    matches!(finding.standing, Some(Standing::Live | Standing::Revoked))
}
