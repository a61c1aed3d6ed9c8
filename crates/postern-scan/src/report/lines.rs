//! The report for programs: JSON Lines. It is also what a later scan takes as its baseline.

use std::io::{self, Write};

use serde_json::json;

use super::Report;
use crate::finding::Finding;
use crate::told::Totals;

pub(super) struct Lines<'a> {
    pub(super) out: &'a mut (dyn Write + Send),
    pub(super) key_name: String,
}

impl Report for Lines<'_> {
    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let Finding { rule, confidence, place, masked, digest, siblings, standing } = finding;
        let mut line = json!({
            "kind": "finding",
            "rule": rule,
            "confidence": confidence.name(),
            "path": place.origin.path,
            "parts": place.origin.parts,
            "line": place.line,
            "column": place.column,
            "masked": masked.to_string(),
            "digest": digest,
            "siblings": siblings,
            "in_vault_export": place.origin.is_vault,
        });
        if let (Some(standing), Some(members)) = (standing, line.as_object_mut()) {
            members.insert("standing".to_owned(), standing.name().into());
        }
        writeln!(self.out, "{line}")
    }

    fn end(&mut self, totals: &Totals) -> io::Result<()> {
        let line = json!({
            "kind": "summary",
            "files": totals.files,
            "bytes": totals.bytes,
            "findings": totals.findings,
            "known": totals.known,
            "not_read": totals.troubles,
            "digest_key": self.key_name,
        });
        writeln!(self.out, "{line}")
    }
}
