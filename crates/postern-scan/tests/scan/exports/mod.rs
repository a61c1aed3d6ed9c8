//! Exports of chats, tickets, notes and vaults: each code is found, and named by what opens its place again.

mod chats;
mod hostile;
mod notes;
mod tables;
mod tickets;
mod vaults;
mod web;

use std::collections::BTreeSet;

use postern_codes::Format;
use postern_scan::{Confidence, Finding};

use crate::archives::told;
use crate::site::{found, made_up};

/// A made-up code with its prefix.
fn code(number: u64) -> String {
    made_up(Format::Standard, number)
}

/// The same in pieces, cut behind the prefix and between two groups.
fn pieces(number: u64) -> [String; 3] {
    let code = code(number);
    [code[..5].to_owned(), code[5..16].to_owned(), code[16..].to_owned()]
}

/// What is found in a file that is whole: the names of its records, in order. Where the line and column are those of
/// a code, they are checked to be.
fn named(name: &str, bytes: &[u8]) -> Vec<String> {
    let (findings, troubles) = told(name, bytes);
    assert!(troubles.is_empty(), "{name}: {troubles:?}");
    assert_loses_nothing(name, bytes, &findings);
    findings.iter().map(|finding| part(bytes, finding)).collect()
}

/// The name of a record, once line and column were seen to be where the code begins.
fn part(bytes: &[u8], finding: &Finding) -> String {
    let place = &finding.place;
    let line = bytes.split(|byte| *byte == b'\n').nth(usize::try_from(place.line).unwrap() - 1).unwrap();
    let column = usize::try_from(place.column).unwrap() - 1;
    let there: String = String::from_utf8_lossy(line).chars().skip(column).take(2).collect();
    let shown = if finding.confidence == Confidence::Certain && finding.siblings == 1 {
        "PS".to_owned()
    } else {
        finding.masked.to_string().chars().take(2).collect()
    };
    assert_eq!(there, shown, "{place}");
    place.origin.parts.join("!/")
}

/// A reading as an export finds every code that plain reading does, as sure.
fn assert_loses_nothing(name: &str, bytes: &[u8], findings: &[Finding]) {
    let digests = |findings: &[Finding], least| -> BTreeSet<String> {
        let sure = findings.iter().filter(|finding| finding.confidence >= least);
        sure.map(|finding| finding.digest.clone()).collect()
    };
    let plain = found(bytes);
    for least in Confidence::ALL {
        let (all, before) = (digests(findings, least), digests(&plain, least));
        assert!(before.is_subset(&all), "{name}: {}", least.name());
    }
}

/// That a file holds one code, in pieces that plain reading does not put together, and where it is named.
fn in_pieces(name: &str, bytes: &[u8], number: u64, expected: &str) {
    let digest = found(code(number).as_bytes())[0].digest.clone();
    let is = |finding: &&Finding| finding.digest == digest && finding.confidence == Confidence::Certain;
    assert!(!found(bytes).iter().any(|finding| is(&finding)), "{name}: plain reading will do");
    let (findings, troubles) = told(name, bytes);
    assert!(troubles.is_empty(), "{name}: {troubles:?}");
    let places: Vec<String> = findings.iter().filter(is).map(|finding| part(bytes, finding)).collect();
    assert_eq!(places, [expected], "{name}");
}
