//! Made-up codes, and scans of text in memory.

use std::cell::RefCell;
use std::sync::Mutex;

use postern_codes::{Format, Prefix, generate};
use postern_scan::{Buffer, DigestKey, Finding, Origin, Scanner, Settings, Told, Trouble};

use crate::dice::Dice;

thread_local! {
    static BUFFER: RefCell<Buffer> = RefCell::new(Buffer::new());
}

/// A made-up code as it is shown: the same for the same number.
pub(crate) fn made_up(format: Format, number: u64) -> String {
    under(&Prefix::default(), format, number)
}

/// The same under another prefix.
pub(crate) fn under(prefix: &Prefix, format: Format, number: u64) -> String {
    let mut dice = Dice::new(number);
    let slot = u8::try_from(number % 30 + 1).unwrap();
    let code = generate(format, slot, prefix, &mut |bytes| {
        bytes.iter_mut().for_each(|byte| *byte = u8::try_from(dice.next() & 0xff).unwrap());
    });
    code.display(prefix).to_string()
}

pub(crate) fn scanner() -> Scanner {
    scanner_for(&[])
}

pub(crate) fn scanner_for(prefixes: &[Prefix]) -> Scanner {
    let settings = Settings { prefixes: prefixes.to_vec(), key: DigestKey::new(b"a key of the tests") };
    Scanner::new(settings).unwrap()
}

/// What is found in bytes.
pub(crate) fn found(bytes: &[u8]) -> Vec<Finding> {
    found_by(&scanner(), bytes)
}

pub(crate) fn found_by(scanner: &Scanner, mut bytes: &[u8]) -> Vec<Finding> {
    let mut found = Vec::new();
    let origin = Origin::of("text");
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
