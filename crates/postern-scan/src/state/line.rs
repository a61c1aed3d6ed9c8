//! Lines of the file that a state is kept in: JSON, one for the scan's settings, then one a file.

use serde::{Deserialize, Serialize};

use crate::finding::{Confidence, Finding, Masked};
use crate::place::{Origin, Place};
use crate::scanner::Scanner;

/// One line.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Line {
    /// What the scan looks for.
    Head { settings: String },
    /// A file that was read to its end.
    File {
        mark: u64,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        found: Vec<Found>,
    },
}

/// A finding without the path, which is the file's.
#[derive(Serialize, Deserialize)]
pub(super) struct Found {
    rule: String,
    confidence: String,
    parts: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    in_vault_export: bool,
    line: u64,
    column: u64,
    masked: Masked,
    digest: String,
    siblings: u32,
}

impl Line {
    pub(super) fn head(scanner: &Scanner) -> String {
        Self::Head { settings: scanner.settings().to_owned() }.text()
    }

    pub(super) fn of(mark: u64, found: &[Finding]) -> String {
        Self::File { mark, found: found.iter().map(Found::of).collect() }.text()
    }

    pub(super) fn read(line: &[u8]) -> Option<Self> {
        serde_json::from_slice(line).ok()
    }

    fn text(&self) -> String {
        // Strings and numbers: no other outcome.
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }
}

impl Found {
    fn of(finding: &Finding) -> Self {
        // What a service said of it is not kept: it may say something else the next time.
        let Finding { rule, confidence, place, masked, digest, siblings, standing: _ } = finding.clone();
        Self {
            rule: rule.into_owned(),
            confidence: confidence.name().to_owned(),
            parts: place.origin.parts,
            in_vault_export: place.origin.is_vault,
            line: place.line,
            column: place.column,
            masked,
            digest,
            siblings,
        }
    }

    /// As it was found.
    pub(super) fn finding(self, origin: &Origin) -> Finding {
        let Self { rule, confidence, parts, in_vault_export, line, column, masked, digest, siblings } = self;
        let origin = Origin { path: origin.path.clone(), parts, is_vault: in_vault_export };
        Finding {
            rule: rule.into(),
            confidence: Confidence::named(&confidence).unwrap_or(Confidence::Certain),
            place: Place { origin, line, column },
            masked,
            digest,
            siblings,
            standing: None,
        }
    }
}
