//! The labelled corpus, scanned: share found, by rule and source, and false alarms. `cargo xtask scan-eval` shows the
//! tables.

use std::collections::{BTreeMap, BTreeSet};

use postern_scan::{Confidence, Finding};

use crate::corpus::{documents, foreign};
use crate::dice::Dice;
use crate::negatives::{KINDS, lines};
use crate::site::{found_by, scanner};

/// Found and planted.
type Share = (usize, usize);

fn digests(findings: &[Finding]) -> BTreeSet<String> {
    findings.iter().map(|finding| finding.digest.clone()).collect()
}

#[test]
fn planted_codes_are_found_and_nothing_else_is_certain() {
    let scanner = scanner();
    let (mut by_source, mut by_spelling) = (BTreeMap::<_, Share>::new(), BTreeMap::<_, Share>::new());
    let (mut prefixed, mut loose, mut sets, mut false_alarms) = ((0, 0), (0, 0), (0, 0), 0);
    for document in documents() {
        let findings = found_by(&scanner, &document.bytes);
        let planted = digests(&found_by(&scanner, document.planted.join("\n").as_bytes()));
        assert_eq!(planted.len(), document.planted.len());
        let seen = digests(&findings).intersection(&planted).count();
        let rule = (document.format.name(), document.prefixed);
        for share in [
            by_source.entry((rule, document.source)).or_default(),
            by_spelling.entry((rule, document.spelling)).or_default(),
            if document.prefixed { &mut prefixed } else { &mut loose },
        ] {
            *share = (share.0 + seen, share.1 + planted.len());
        }
        let sure = |finding: &&Finding| finding.confidence >= Confidence::Likely;
        if planted.len() > 1 {
            let sure =
                findings.iter().filter(sure).filter(|finding| planted.contains(&finding.digest)).count();
            sets = (sets.0 + sure, sets.1 + planted.len());
        }
        false_alarms +=
            findings.iter().filter(sure).filter(|finding| !planted.contains(&finding.digest)).count();
        if document.prefixed {
            assert!(
                findings
                    .iter()
                    .filter(|finding| planted.contains(&finding.digest))
                    .all(|finding| { finding.confidence == Confidence::Certain })
            );
        }
    }
    println!("{:<10} {:<8} {:<16} found", "format", "prefix", "source or spelling");
    for (((format, prefix), name), (seen, all)) in by_source.iter().chain(&by_spelling) {
        println!("{format:<10} {prefix:<8} {name:<16} {seen}/{all}");
    }
    println!("with prefix {prefixed:?}, without {loose:?}, sets at least likely {sets:?}");
    let share = |(seen, all): Share| seen as f64 / all as f64;
    assert!(share(prefixed) >= 0.99, "{prefixed:?}");
    assert!(share(loose) >= 0.95, "{loose:?}");
    assert!(share(sets) >= 0.95, "{sets:?}");
    assert_eq!(false_alarms, 0);
}

#[test]
fn what_only_looks_like_codes_is_never_certain() {
    let scanner = scanner();
    let mut dice = Dice::new(60);
    println!("{:<20} {:>8} possible likely certain", "negatives", "items");
    let mut mixed = foreign(2_000);
    for (name, make) in KINDS {
        let text = lines(&mut dice, make, 4_000);
        let findings = found_by(&scanner, text.as_bytes());
        let [possible, likely, certain] = Confidence::ALL
            .map(|confidence| findings.iter().filter(|finding| finding.confidence == confidence).count());
        println!("{name:<20} {:>8} {possible:>8} {likely:>6} {certain:>7}", 4_000);
        assert_eq!((likely, certain), (0, 0), "{name}");
        // One in 1,024 passes by chance (of digits one in 97); twice that would be another cause.
        let bound = if name == "24 digits in fours" { 4_000 / 97 * 2 } else { 4_000 / 1_024 * 4 };
        assert!(possible <= bound, "{name}: {possible}");
        mixed.push_str(&lines(&mut dice, make, 400));
    }
    let findings = found_by(&scanner, mixed.as_bytes());
    assert!(findings.iter().all(|finding| finding.confidence == Confidence::Possible));
}
