//! A baseline: what an earlier scan found, which a later one does not tell again.

use std::collections::HashSet;

use serde::Deserialize;

use crate::finding::Finding;

/// Findings known from before: the JSON Lines of an earlier report, made under the same key.
pub struct Baseline(HashSet<(String, String, String, Vec<String>)>);

/// Why a baseline will not do.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BaselineError {
    /// A line that no report writes.
    #[error("line {0} of the baseline is not of a JSON Lines report")]
    Line(usize),
    /// No summary: the scan that wrote it did not end, or it is another file.
    #[error("the baseline has no summary line, so it is not a whole report")]
    NoSummary,
    /// Its digests are of another key and would match nothing.
    #[error("the baseline was made under another digest key; scan once more with this one")]
    OtherKey,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Line {
    Finding { rule: String, digest: String, path: String, parts: Vec<String> },
    Summary { digest_key: String },
}

impl Baseline {
    /// Reads one.
    ///
    /// # Errors
    /// [`BaselineError`] if it cannot be used with digests of this key.
    pub fn read(text: &str, key_name: &str) -> Result<Self, BaselineError> {
        let (mut known, mut made_under) = (HashSet::new(), None);
        for (number, line) in text.lines().enumerate() {
            match serde_json::from_str(line).map_err(|_| BaselineError::Line(number + 1))? {
                Line::Finding { rule, digest, path, parts } => {
                    known.insert((rule, digest, path, parts));
                }
                Line::Summary { digest_key } => made_under = Some(digest_key),
            }
        }
        match made_under {
            None => Err(BaselineError::NoSummary),
            Some(name) if name != key_name => Err(BaselineError::OtherKey),
            Some(_) => Ok(Self(known)),
        }
    }

    /// Whether this was known: the same code by the same rule in the same file. Lines may have moved.
    #[must_use]
    pub fn knows(&self, finding: &Finding) -> bool {
        let origin = &finding.place.origin;
        let known =
            (finding.rule.to_string(), finding.digest.clone(), origin.path.clone(), origin.parts.clone());
        self.0.contains(&known)
    }
}
