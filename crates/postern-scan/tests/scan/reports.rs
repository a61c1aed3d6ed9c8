//! Reports: the shape that others read, and no code in any of them.

use postern_codes::Format;
use postern_scan::{Baseline, BaselineError, DigestKey, Finding, Form, Totals};
use serde_json::Value;

use crate::site::{found, made_up};

const FORMS: [Form; 3] = [Form::Text, Form::JsonLines, Form::Sarif];

fn report(form: Form, findings: &[Finding], key: &DigestKey) -> String {
    let mut out = Vec::new();
    let mut report = form.report(&mut out, key.name());
    findings.iter().for_each(|finding| report.finding(finding).unwrap());
    report.end(&Totals { files: 1, findings: findings.len() as u64, ..Totals::default() }).unwrap();
    drop(report);
    String::from_utf8(out).unwrap()
}

fn key() -> DigestKey {
    DigestKey::new(b"a key of the tests")
}

#[test]
fn no_report_holds_more_than_two_symbols_of_a_code() {
    let codes: Vec<String> = Format::ALL.into_iter().map(|format| made_up(format, 1)).collect();
    let findings = found(codes.join("\n").as_bytes());
    assert_eq!(findings.len(), 3);
    for form in FORMS {
        let text = report(form, &findings, &key());
        for code in &codes {
            // The prefix is no secret; of each group behind it three symbols in a row would be too many.
            let symbols: String = code.chars().skip("PSTN-".len()).filter(|symbol| *symbol != '-').collect();
            for at in 0..symbols.len() - 4 {
                assert!(!text.contains(&symbols[at..at + 5]), "{form:?}");
            }
            assert!(text.contains(&format!("{}…", &symbols[..2])), "{form:?}");
        }
    }
}

#[test]
fn sarif_has_what_2_1_0_asks_for() {
    for findings in [found(made_up(Format::Compact, 1).as_bytes()), Vec::new()] {
        let whole: Value = serde_json::from_str(&report(Form::Sarif, &findings, &key())).unwrap();
        assert_eq!(whole["version"], "2.1.0");
        let run = &whole["runs"][0];
        assert_eq!(run["tool"]["driver"]["name"], "postern scan");
        assert_eq!(run["invocations"][0]["executionSuccessful"], true);
        assert_eq!(run["results"].as_array().unwrap().len(), findings.len());
        for (result, finding) in run["results"].as_array().unwrap().iter().zip(&findings) {
            assert_eq!(result["ruleId"], *finding.rule);
            assert_eq!(result["level"], "error");
            assert!(result["message"]["text"].is_string());
            let physical = &result["locations"][0]["physicalLocation"];
            assert_eq!(physical["artifactLocation"]["uri"], "text");
            assert_eq!(physical["region"]["startLine"], finding.place.line);
            assert_eq!(result["partialFingerprints"]["posternDigest/v1"], *finding.digest);
        }
    }
}

#[test]
fn a_baseline_knows_what_it_holds_and_nothing_else() {
    let text = format!("{}\n{}", made_up(Format::Standard, 1), made_up(Format::Standard, 2));
    let findings = found(text.as_bytes());
    let baseline = Baseline::read(&report(Form::JsonLines, &findings[..1], &key()), &key().name()).unwrap();
    assert!(baseline.knows(&findings[0]) && !baseline.knows(&findings[1]));
    // The same code on another line is known, in another file it is not.
    let moved = found(format!("\n\n{}", made_up(Format::Standard, 1)).as_bytes()).remove(0);
    assert!(baseline.knows(&moved));
    let mut elsewhere = moved;
    elsewhere.place.origin.path = "other".to_owned();
    assert!(!baseline.knows(&elsewhere));
}

#[test]
fn a_baseline_of_another_key_or_cut_short_is_refused() {
    let findings = found(made_up(Format::Standard, 1).as_bytes());
    let whole = report(Form::JsonLines, &findings, &key());
    let other = DigestKey::new(b"another key");
    assert_eq!(Baseline::read(&whole, &other.name()).err(), Some(BaselineError::OtherKey));
    let cut = whole.lines().next().unwrap();
    assert_eq!(Baseline::read(cut, &key().name()).err(), Some(BaselineError::NoSummary));
    assert_eq!(Baseline::read("7 found", &key().name()).err(), Some(BaselineError::Line(1)));
}
