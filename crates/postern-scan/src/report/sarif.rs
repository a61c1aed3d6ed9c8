//! The report for code hosts and their dashboards: SARIF 2.1.0 (OASIS), a result at a time.

use std::io::{self, Write};

use serde_json::json;

use super::Report;
use crate::finding::{Confidence, Finding};
use crate::told::Totals;

/// Everything in front of the results.
const BEGIN: &str = concat!(
    r#"{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"tool":{"driver":{"#,
    r#""name":"postern scan","semanticVersion":""#,
    env!("CARGO_PKG_VERSION"),
    r#""}},"columnKind":"unicodeCodePoints","results":["#
);

pub(super) struct Sarif<'a> {
    pub(super) out: &'a mut (dyn Write + Send),
    pub(super) begun: bool,
}

impl Sarif<'_> {
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
        let level = match confidence {
            Confidence::Certain => "error",
            Confidence::Likely => "warning",
            Confidence::Possible => "note",
        };
        let told = format!("A backup code ({rule}, {}): {masked} at {}", confidence.name(), place.origin);
        let told = standing.map_or_else(|| told.clone(), |standing| format!("{told}; {}", standing.name()));
        let mut location = json!({ "physicalLocation": {
            "artifactLocation": { "uri": uri(&place.origin.path) },
            "region": { "startLine": place.line, "startColumn": place.column },
        }});
        // A place inside an archive is a logical location: the region above would be of the archive's bytes.
        if let (false, Some(location)) = (place.origin.parts.is_empty(), location.as_object_mut()) {
            if let Some(physical) = location.get_mut("physicalLocation").and_then(|it| it.as_object_mut()) {
                physical.remove("region");
            }
            let name = format!("{}:{}:{}", place.origin.parts.join("!/"), place.line, place.column);
            location.insert("logicalLocations".to_owned(), json!([{ "fullyQualifiedName": name }]));
        }
        let result = json!({
            "ruleId": rule,
            "level": level,
            "message": { "text": told },
            "locations": [location],
            "partialFingerprints": { "posternDigest/v1": digest },
            "properties": { "confidence": confidence.name(), "siblings": siblings },
        });
        self.begin()?;
        write!(self.out, "{result}")
    }

    fn end(&mut self, totals: &Totals) -> io::Result<()> {
        if !self.begun {
            self.begin()?;
        }
        // The run is whole only if everything was read.
        let run = json!([{ "executionSuccessful": totals.troubles == 0 }]);
        writeln!(self.out, "],\"invocations\":{run}}}]}}")
    }
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
