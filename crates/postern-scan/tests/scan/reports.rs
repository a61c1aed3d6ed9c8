//! Reports: the shape that others read, and no code in any of them.

use postern_codes::Format;
use postern_scan::{Baseline, BaselineError, Confidence, DigestKey, Finding, Form, Origin, Totals, Trouble};
use serde_json::Value;

use crate::site::{found, made_up};

const FORMS: [Form; 4] = [Form::Text, Form::JsonLines, Form::Sarif, Form::Html];

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

#[test]
fn sarif_says_what_its_rules_are_and_what_was_not_read() {
    let findings = found(made_up(Format::Compact, 1).as_bytes());
    let mut out = Vec::new();
    let mut report = Form::Sarif.report(&mut out, key().name());
    report.finding(&findings[0]).unwrap();
    report.trouble(&unread("some dir/a\"b")).unwrap();
    report.end(&Totals { files: 2, findings: 1, troubles: 1, ..Totals::default() }).unwrap();
    drop(report);
    let whole: Value = serde_json::from_slice(&out).unwrap();
    let run = &whole["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 1);
    assert_eq!(rules[0]["id"], *findings[0].rule);
    assert!(rules[0]["help"]["text"].as_str().unwrap().contains("Revoke"));
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let named = &invocation["toolExecutionNotifications"][0];
    assert_eq!(named["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "some%20dir/a%22b");
}

fn unread(path: &str) -> Trouble {
    Trouble { origin: Origin::of(path), why: "torn".to_owned() }
}

#[test]
fn a_page_shows_every_value_as_text() {
    let mut finding = found(made_up(Format::Compact, 1).as_bytes()).remove(0);
    finding.place.origin = Origin::of("<b>\u{202e}a</b>").part("'\"&<script>");
    finding.rule = "<i>rule".into();
    let mut out = Vec::new();
    let mut report = Form::Html.report(&mut out, key().name());
    report.finding(&finding).unwrap();
    report.trouble(&unread("<img src=x>")).unwrap();
    report.end(&Totals { files: 1, findings: 1, troubles: 1, ..Totals::default() }).unwrap();
    drop(report);
    let page = String::from_utf8(out).unwrap();
    assert!(page.contains("&lt;b&gt;?a&lt;/b&gt;!/&#39;&quot;&amp;&lt;script&gt;:1:1"), "{page}");
    assert!(page.contains("&lt;i&gt;rule") && page.contains("&lt;img src=x&gt;"));
    for markup in ["<b>", "<script", "<i>", "<img", "\u{202e}"] {
        assert!(!page.contains(markup), "{markup}");
    }
    assert!(page.contains("default-src 'none'") && page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
}

#[test]
fn a_page_lists_the_surest_and_counts_the_rest() {
    let sure = found(made_up(Format::Compact, 1).as_bytes()).remove(0);
    let mut out = Vec::new();
    let mut report = Form::Html.report(&mut out, key().name());
    for number in 0..10_001_u64 {
        let mut finding = Finding { confidence: Confidence::Possible, ..sure.clone() };
        finding.place.line = number;
        report.finding(&finding).unwrap();
    }
    report.finding(&sure).unwrap();
    report.end(&Totals { files: 1, findings: 10_002, ..Totals::default() }).unwrap();
    drop(report);
    let page = String::from_utf8(out).unwrap();
    assert_eq!(page.matches("<tr>").count(), 10_000 + 2);
    assert!(page.contains("Certain (1)") && page.contains("Possible (10001)"));
    assert!(page.contains("<p>2 more are counted and not listed."));
    assert!(page.find("Certain (1)") < page.find("Possible (10001)"));
}
