//! The report for code hosts and their dashboards: SARIF 2.1.0 (OASIS), a result at a time. What was used and what was
//! not read is known at the end and stands there; the order of members is free in JSON.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Report, rules};
use crate::finding::{Confidence, Finding, RuleName};
use crate::place::{Origin, Place};
use crate::told::{Totals, Trouble};

/// Everything in front of the results.
const BEGIN: &str = concat!(
    r#"{"$schema":"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json","#,
    r#""version":"2.1.0","runs":[{"columnKind":"unicodeCodePoints","results":["#
);
/// The most that is named as not read. The rest is counted.
const NAMED: usize = 1000;

pub(super) struct Sarif<'a> {
    out: &'a mut (dyn Write + Send),
    begun: bool,
    rules: BTreeSet<RuleName>,
    troubles: Vec<Value>,
}

impl<'a> Sarif<'a> {
    pub(super) fn to(out: &'a mut (dyn Write + Send)) -> Self {
        Self { out, begun: false, rules: BTreeSet::new(), troubles: Vec::new() }
    }

    /// What stands in front of the next result.
    fn begin(&mut self) -> io::Result<()> {
        let before = if self.begun { "," } else { BEGIN };
        self.begun = true;
        writeln!(self.out, "{before}")
    }
}

impl Report for Sarif<'_> {
    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let Finding { rule, confidence, place, masked, digest, siblings, standing } = finding;
        let told = format!("A backup code ({rule}, {}): {masked} at {}", confidence.name(), place.origin);
        let told = standing.map_or_else(|| told.clone(), |standing| format!("{told}; {}", standing.name()));
        let result = json!({
            "ruleId": rule,
            "level": level(*confidence),
            "message": { "text": told },
            "locations": [location(place)],
            "partialFingerprints": { "posternDigest/v1": digest },
            "properties": {
                "confidence": confidence.name(),
                "siblings": siblings,
                "inVaultExport": place.origin.is_vault,
            },
        });
        self.rules.insert(rule.clone());
        self.begin()?;
        write!(self.out, "{result}")
    }

    fn trouble(&mut self, trouble: &Trouble) -> io::Result<()> {
        if self.troubles.len() < NAMED {
            let at = json!({ "physicalLocation": { "artifactLocation": artifact(&trouble.origin) } });
            self.troubles.push(json!({
                "level": "warning",
                "message": { "text": format!("Not read: {trouble}") },
                "locations": [at],
            }));
        }
        Ok(())
    }

    fn end(&mut self, totals: &Totals) -> io::Result<()> {
        if !self.begun {
            self.begin()?;
        }
        let tool = json!({ "driver": {
            "name": "postern scan",
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": self.rules.iter().map(|rule| described(rule)).collect::<Vec<_>>(),
        }});
        // The run is whole only if everything was read.
        let run = json!([{
            "executionSuccessful": totals.troubles == 0,
            "toolExecutionNotifications": self.troubles,
        }]);
        writeln!(self.out, "],\"tool\":{tool},\"invocations\":{run}}}]}}")
    }
}

const fn level(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Certain => "error",
        Confidence::Likely => "warning",
        Confidence::Possible => "note",
    }
}

/// A rule that found something.
fn described(rule: &str) -> Value {
    let rules::Told { title, about } = rules::told(rule);
    json!({
        "id": rule,
        "shortDescription": { "text": title },
        "fullDescription": { "text": about },
        "help": { "text": rules::ACT },
        "properties": { "tags": ["security", "secret"] },
    })
}

fn location(place: &Place) -> Value {
    let origin = &place.origin;
    if origin.parts.is_empty() {
        let region = json!({ "startLine": place.line, "startColumn": place.column });
        return json!({ "physicalLocation": { "artifactLocation": artifact(origin), "region": region } });
    }
    // A place inside an archive is a logical location: a region would be of the archive's bytes.
    let name = format!("{}:{}:{}", origin.parts.join("!/"), place.line, place.column);
    json!({
        "physicalLocation": { "artifactLocation": artifact(origin) },
        "logicalLocations": [{ "fullyQualifiedName": name }],
    })
}

fn artifact(origin: &Origin) -> Value {
    json!({ "uri": uri(&origin.path) })
}

/// A path as a relative or absolute URI reference (RFC 3986): each byte that may not stand there is escaped.
fn uri(path: &str) -> String {
    let scheme = if path.starts_with('/') { "file://" } else { "" };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte);
    let path = path
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") });
    format!("{scheme}{}", path.collect::<String>())
}
