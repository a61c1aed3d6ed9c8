//! Made-up codes, and scans of text in memory.

use std::cell::RefCell;
use std::sync::Mutex;

use postern_codes::Prefix;
pub(crate) use postern_corpus::{made_up, under};
use postern_scan::{Buffer, DigestKey, Finding, Origin, Rules, Scanner, Settings, Told, Trouble};

thread_local! {
    static BUFFER: RefCell<Buffer> = RefCell::new(Buffer::new());
}

pub(crate) fn scanner() -> Scanner {
    scanner_for(&[])
}

pub(crate) fn scanner_for(prefixes: &[Prefix]) -> Scanner {
    scanner_by(prefixes, Rules::all().unwrap().confirmed())
}

/// One that also looks for codes of shapes that no source shows.
pub(crate) fn unsure_scanner() -> Scanner {
    scanner_by(&[], Rules::all().unwrap())
}

pub(crate) fn scanner_by(prefixes: &[Prefix], rules: Rules) -> Scanner {
    let key = DigestKey::new(b"a key of the tests");
    Scanner::new(Settings { prefixes: prefixes.to_vec(), key, rules }).unwrap()
}

/// What is found in bytes.
pub(crate) fn found(bytes: &[u8]) -> Vec<Finding> {
    found_by(&scanner(), bytes)
}

pub(crate) fn found_by(scanner: &Scanner, bytes: &[u8]) -> Vec<Finding> {
    found_in(scanner, "text", bytes)
}

/// What is found in bytes of a file of that name.
pub(crate) fn found_in(scanner: &Scanner, name: &str, mut bytes: &[u8]) -> Vec<Finding> {
    let mut found = Vec::new();
    let origin = Origin::of(name);
    // Overwriting a buffer takes its time in a test build.
    BUFFER.with_borrow_mut(|buffer| {
        scanner.piece(&origin, &mut bytes, buffer, &mut |finding| found.push(finding)).unwrap();
    });
    found
}

/// Where it was found, and by which rule.
pub(crate) fn places(bytes: &[u8]) -> Vec<(String, u64, u64)> {
    let place = |finding: &Finding| (finding.rule.to_string(), finding.place.line, finding.place.column);
    found(bytes).iter().map(place).collect()
}

/// Everything told, sorted by place.
#[derive(Default)]
pub(crate) struct Heard(Mutex<(Vec<Finding>, Vec<Trouble>)>);

impl Heard {
    pub(crate) fn hear(&self, told: Told) {
        let mut heard = self.0.lock().unwrap();
        match told {
            Told::Found(finding) => heard.0.push(finding),
            Told::Trouble(trouble) => heard.1.push(trouble),
        }
    }

    pub(crate) fn end(self) -> (Vec<Finding>, Vec<Trouble>) {
        let (mut findings, troubles) = self.0.into_inner().unwrap();
        findings.sort_by(|one, other| one.place.cmp(&other.place));
        (findings, troubles)
    }
}
