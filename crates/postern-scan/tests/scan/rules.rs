//! Rules in files: each finds what it must and leaves what it must, and files that are none are refused.

use postern_codes::Format;
use postern_scan::{Confidence, RuleFault, Rules};

use crate::site::{found_by, found_in, made_up, scanner, scanner_by, unsure_scanner};

#[test]
fn every_rule_finds_what_it_must_and_leaves_what_it_must() {
    let scanner = unsure_scanner();
    let rules = Rules::all().unwrap();
    let mut faults = Vec::new();
    for (name, find, leave) in rules.examples() {
        assert!(!find.is_empty(), "{name}");
        for (number, example) in find.iter().enumerate() {
            let file = if example.file.is_empty() { "text" } else { &example.file };
            let sure: Vec<_> = found_in(&scanner, file, example.text.as_bytes())
                .into_iter()
                .filter(|finding| finding.confidence >= Confidence::Likely)
                .collect();
            if sure.is_empty() {
                faults.push(format!("{name}: find {number} is not found"));
            }
        }
        for (number, example) in leave.iter().enumerate() {
            let file = if example.file.is_empty() { "text" } else { &example.file };
            for finding in found_in(&scanner, file, example.text.as_bytes()) {
                if finding.confidence >= Confidence::Likely {
                    faults.push(format!(
                        "{name}: leave {number} is {} by {}",
                        finding.confidence.name(),
                        finding.rule
                    ));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_provider_is_named_where_the_text_names_it_and_the_shape_otherwise() {
    let codes = "83920174\n10394857\n55620918\n28471936\n90817263\n34958172\n71629384\n46182930\n59273816\n12837465\n";
    let rule = |words: &str| {
        let found = found_by(&scanner(), format!("{words}\n{codes}").as_bytes());
        assert_eq!(found.len(), 10, "{words}");
        found[0].rule.to_string()
    };
    assert_eq!(rule("gmail recovery codes"), "google");
    assert_eq!(rule("recovery codes of our WordPress"), "wordpress");
    assert_eq!(rule("recovery codes"), "digits-8");
}

#[test]
fn unconfirmed_shapes_are_searched_for_only_if_asked() {
    let text = "discord backup codes\nk3m9-x0qa\n7hd0-2jsl\nq9z8-y1mm\n04kf-s8w2\nb7n5-v3xz\n";
    assert!(found_by(&scanner(), text.as_bytes()).is_empty());
    let found = found_by(&unsure_scanner(), text.as_bytes());
    assert_eq!((found.len(), found[0].rule.as_ref()), (5, "discord"));
}

#[test]
fn one_set_has_one_digest_whoever_is_named_beside_it() {
    let codes = "83920174\n10394857\n55620918\n28471936\n";
    let digests = |words: &str| -> Vec<String> {
        let found = found_by(&scanner(), format!("{words} backup codes\n{codes}").as_bytes());
        found.into_iter().map(|finding| finding.digest).collect()
    };
    assert_eq!(digests("google").len(), 4);
    assert_eq!(digests("google"), digests("wordpress"));
}

#[test]
fn own_codes_are_no_other_providers() {
    for format in Format::ALL {
        for count in [1, 10] {
            let codes: String = (0..count).map(|number| made_up(format, number) + "\n").collect();
            for text in
                [codes.clone(), codes.replace("PSTN-", ""), codes.replace("PSTN-", "").replace('-', " ")]
            {
                let text = format!("Microsoft backup codes\n{text}");
                let found = found_by(&unsure_scanner(), text.as_bytes());
                assert_eq!(found.len(), usize::try_from(count).unwrap(), "{text}");
                assert!(found.iter().all(|finding| finding.rule.starts_with("postern-")), "{text}");
            }
        }
    }
}

/// A file with one rule over a shape of its own.
fn file(shape: &str, rule: &str) -> String {
    format!(
        "[[shape]]\nname = \"mine\"\nforms = [\"ME-????\"]\nalphabet = \"0-9\"\n{shape}\n[[rule]]\nname = \"mine\"\n\
         shape = \"mine\"\nnamed = [\"Mine\"]\nstatus = \"confirmed\"\nevidence = \"made up\"\n{rule}\nfind = []\n"
    )
}

#[test]
fn rules_of_ones_own_are_added() {
    let mut rules = Rules::all().unwrap().confirmed();
    rules.add(&file("weight = 3", "counts = [4]")).unwrap();
    let text = "our list:\nME-1829\nME-7730\nME-5561\nME-0947\n";
    let found = found_by(&scanner_by(&[], rules), text.as_bytes());
    assert_eq!((found.len(), found[0].rule.as_ref()), (4, "mine"));
    assert!(found_by(&scanner(), text.as_bytes()).is_empty());
}

#[test]
fn what_is_no_file_of_rules_is_refused() {
    let fault = |text: &str| Rules::all().unwrap().add(text).unwrap_err();
    assert!(matches!(fault("rule = 7"), RuleFault::Text(_)));
    assert!(matches!(fault(&file("", "wieght = 2")), RuleFault::Text(_)));
    assert!(matches!(fault(&file("", "").replace("ME-????", "*")), RuleFault::Form(_)));
    assert!(matches!(fault(&file("", "").replace("0-9", "é")), RuleFault::Form(_)));
    assert!(matches!(
        fault(&file("", "").replace("shape = \"mine\"", "shape = \"none\"")),
        RuleFault::NoShape(_)
    ));
    assert!(matches!(fault(&file("", "files = [\"[\"]")), RuleFault::Glob(..)));
    assert!(matches!(fault(&(file("", "") + &file("", ""))), RuleFault::Twice(_)));
}
