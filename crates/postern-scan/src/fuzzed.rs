//! What is fuzzed: each reader of this crate as a function of bytes that panics if the reader breaks a rule.
//!
//! `fuzz/` runs them under libFuzzer; the tests replay its corpora. No rule is about what is found, only about what
//! holds of whatever was read.
#![expect(clippy::panic, reason = "a panic is how a broken rule is told")]

use std::rc::Rc;
use std::sync::{Mutex, OnceLock, PoisonError};

use serde_json::Value;

use crate::decode::{View, views};
use crate::detect::others::Rules;
use crate::finding::DigestKey;
use crate::scanner::{Scanner, Settings};
use crate::source::Spot;
use crate::source::fuzzed::{self as source, Form, Reading, read};
use crate::source::input;
use crate::told::Told;

/// What a line about a finding has no more of: names are cut, and there are few of them in each other.
const LONGEST_LINE: usize = 64 << 10;

/// A function that is fuzzed.
pub type Target = fn(&[u8]);

/// Every target, under the name of its binary and its corpus.
pub const TARGETS: [(&str, Target); 7] = [
    ("scan_content", content),
    ("scan_json", json),
    ("scan_office", office),
    ("scan_rtf", rtf),
    ("scan_table", table),
    ("scan_views", readings),
    ("scan_xml", xml),
];

/// The target of a name.
#[must_use]
pub fn target(name: &str) -> Option<Target> {
    TARGETS.iter().find(|(known, _)| *known == name).map(|(_, target)| *target)
}

fn check(holds: bool, rule: &str) {
    if !holds {
        panic!("broken: {rule}");
    }
}

/// Content of any kind, opened as far as it can be: the same is told of it each time, and no name without an end.
fn content(bytes: &[u8]) {
    static SCANNER: OnceLock<Option<Scanner>> = OnceLock::new();
    let settings = || {
        let key = DigestKey::new(b"fuzzed");
        let rules = Rules::all().ok()?.confirmed();
        Scanner::new(Settings { prefixes: Vec::new(), key, rules }).ok()
    };
    let Some(scanner) = SCANNER.get_or_init(settings) else { panic!("broken: the rules are searched for") };
    let told = || {
        let told = Mutex::new(Vec::new());
        input(scanner, "(stdin)", &mut &*bytes, &|one| {
            let line = match one {
                Told::Found(finding) => format!("{finding:?}"),
                Told::Trouble(trouble) => trouble.to_string(),
            };
            told.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        });
        told.into_inner().unwrap_or_else(PoisonError::into_inner)
    };
    let first = told();
    check(told() == first, "the same is told each time");
    check(first.iter().all(|line| line.len() < LONGEST_LINE), "no line is without end");
}

/// Exports in JSON.
fn json(bytes: &[u8]) {
    let reading = export(Form::Json, bytes);
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else { return };
    check(reading.fault.is_none(), "what is JSON is read as JSON");
    let said = |text: &str| {
        let holds = |view: &(Vec<u8>, Vec<usize>)| memchr::memmem::find(&view.0, text.as_bytes()).is_some();
        reading.texts.iter().any(holds)
    };
    each(&value, &mut |text| check(said(text), "every text of an export is read"));
}

/// Every text in a value that is spelled in one way: some control characters and halves of characters are not kept.
fn each(value: &Value, told: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => {
            let plain = |symbol: char| matches!(symbol, '\n' | '\t' | ' '..='\u{ffff}');
            if !text.is_empty() && text.chars().all(plain) {
                told(text);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| each(value, told)),
        Value::Object(members) => members.values().for_each(|value| each(value, told)),
        _ => {}
    }
}

/// Exports in XML.
fn xml(bytes: &[u8]) {
    export(Form::Xml, bytes);
}

/// Exports as rows. The mark in front is left out: its reader takes it as a whole, and is always given it as one.
fn table(mut bytes: &[u8]) {
    while let Some(behind) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        bytes = behind;
    }
    check(export(Form::Table, bytes).fault.is_none(), "any bytes are rows");
}

/// An export means the same in whatever pieces it comes, and what is forgotten is the begin of it.
fn export(form: Form, bytes: &[u8]) -> Reading {
    let whole = read(form, bytes, &[], 0);
    for (_, sources) in &whole.texts {
        check(
            sources.is_sorted() && sources.iter().all(|at| *at < bytes.len()),
            "a text comes from its bytes",
        );
    }
    let (third, half) = (bytes.len() / 3, bytes.len() / 2);
    check(read(form, bytes, &[third, half], 0) == whole, "pieces make no difference");
    let rest = read(form, bytes, &[third], half);
    check(rest.fault == whole.fault, "what is forgotten changes nothing");
    check(whole.records.ends_with(&rest.records), "records behind what is forgotten stay");
    for (text, sources) in &rest.texts {
        let is_end_of = |(all, places): &(Vec<u8>, Vec<usize>)| {
            let behind = places.iter().filter(|at| **at > half).count();
            all.ends_with(text) && places.ends_with(sources) && sources.len() >= behind
        };
        check(whole.texts.iter().any(is_end_of), "text behind what is forgotten stays");
    }
    whole
}

/// Other readings of any bytes.
fn readings(bytes: &[u8]) {
    let views: Vec<Rc<View>> = views(bytes, Vec::new());
    for view in views {
        let sources: Vec<usize> = (0..view.bytes().len()).map(|at| view.source(at)).collect();
        check(sources.is_sorted(), "a reading goes forward");
        check(sources.iter().all(|at| *at <= bytes.len()), "a reading comes from its bytes");
    }
}

/// XML of office documents.
fn office(bytes: &[u8]) {
    let (whole, went_well) = source::office(bytes, usize::MAX);
    check(source::office(bytes, 3) == (whole.clone(), went_well), "pieces make no difference");
    pieces(&whole);
    // A byte order mark is told by its three bytes. A reference and a sign stand for less than they are; an attribute is given once.
    check(length(&whole) <= bytes.len(), "no more comes out than went in");
}

/// RTF.
fn rtf(bytes: &[u8]) {
    let (whole, went_well) = source::rtf(bytes, usize::MAX);
    check(went_well, "any bytes are RTF");
    check(source::rtf(bytes, 1) == (whole.clone(), true), "pieces make no difference");
    pieces(&whole);
    check(length(&whole) <= bytes.len(), "no more comes out than went in");
}

fn length(pieces: &[(Spot, Vec<u8>)]) -> usize {
    pieces.iter().map(|(_, text)| text.len()).sum()
}

/// Pieces that are no cells go forward, from the first line on.
fn pieces(pieces: &[(Spot, Vec<u8>)]) {
    let lines = pieces.iter().filter(|(spot, _)| spot.column.is_none()).map(|(spot, _)| spot.line);
    let lines: Vec<Option<u64>> = lines.collect();
    check(lines.is_sorted() && lines.iter().all(|line| *line > Some(0)), "paragraphs are counted");
}
