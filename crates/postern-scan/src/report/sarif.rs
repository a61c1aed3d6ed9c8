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
            "message": message(&told),
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
                "message": message(&format!("Not read: {trouble}")),
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

/// A message in plain text. Viewers make links of what stands in brackets, and names come from whoever wrote the data:
/// brackets and backslashes are escaped (SARIF 2.1.0 §3.11.6).
fn message(told: &str) -> Value {
    let mut text = String::with_capacity(told.len());
    for character in shown(told).chars() {
        if matches!(character, '[' | ']' | '\\') {
            text.push('\\');
        }
        text.push(character);
    }
    json!({ "text": text })
}

/// As names are shown at every place: without control characters and those that turn the direction of text.
fn shown(told: &str) -> String {
    Origin::of(told).to_string()
}

fn location(place: &Place) -> Value {
    let origin = &place.origin;
    if origin.parts.is_empty() {
        let region = json!({ "startLine": place.line, "startColumn": place.column });
        return json!({ "physicalLocation": { "artifactLocation": artifact(origin), "region": region } });
    }
    // A place inside an archive is a logical location: a region would be of the archive's bytes.
    let name = format!("{}:{}:{}", shown(&origin.parts.join("!/")), place.line, place.column);
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

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::Sarif;
    use crate::finding::{Confidence, Finding, Masked};
    use crate::place::{Origin, Place};
    use crate::report::Report as _;
    use crate::told::{Totals, Trouble};

    #[test]
    fn names_are_neither_links_nor_turned_around() {
        let origin = Origin::of("a.zip").part("[click\\me](https://example.org)\u{202e}gpj.exe");
        let finding = Finding {
            rule: "standard".into(),
            confidence: Confidence::Certain,
            place: Place { origin, line: 1, column: 1 },
            masked: Masked::of("6N6NW"),
            digest: String::new(),
            siblings: 1,
            standing: None,
        };
        let why = "[see](https://example.org)\u{2067}torn".to_owned();
        let mut out = Vec::new();
        let mut report = Sarif::to(&mut out);
        report.finding(&finding).unwrap();
        report.trouble(&Trouble { origin: Origin::of("[b](c)"), why }).unwrap();
        report.end(&Totals { files: 1, findings: 1, troubles: 1, ..Totals::default() }).unwrap();
        let whole: Value = serde_json::from_slice(&out).unwrap();
        let run = &whole["runs"][0];
        let found = run["results"][0]["message"]["text"].as_str().unwrap();
        assert!(found.ends_with(r" at a.zip!/\[click\\me\](https://example.org)?gpj.exe"), "{found}");
        let name = &run["results"][0]["locations"][0]["logicalLocations"][0]["fullyQualifiedName"];
        assert_eq!(*name, r"[click\me](https://example.org)?gpj.exe:1:1");
        let unread = &run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
        assert_eq!(*unread, r"Not read: \[b\](c): \[see\](https://example.org)?torn");
    }
}
