//! Every vector of `code_formats.json` except the verifiers, which are tested where verifiers are made.

use postern_codes::{ALPHABET, Format, Parsed, parse};
use serde::Deserialize;

use crate::support::{Read, prefix, read};

#[derive(Deserialize)]
struct Vectors {
    alphabet: String,
    cases: Vec<Case>,
    spellings: Spellings,
    refused: Spellings,
}

#[derive(Deserialize)]
struct Case {
    #[serde(rename = "profile")]
    format: String,
    prefix: String,
    display: String,
    canonical: String,
    slot: Option<u8>,
    typed: Vec<Typed>,
}

#[derive(Deserialize)]
struct Spellings {
    prefix: String,
    canonical: Option<String>,
    typed: Vec<Typed>,
}

#[derive(Deserialize)]
struct Typed {
    text: String,
    #[serde(flatten)]
    read: Read,
}

fn vectors() -> Vectors {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/code_formats.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn check_typed(typed: &[Typed], letters: &str) {
    for typed in typed {
        assert_eq!(read(&typed.text, &[prefix(letters)]), typed.read, "{:?}", typed.text);
    }
}

#[test]
fn displayed_codes_read_as_typed_and_are_displayed_again() {
    let vectors = vectors();
    assert_eq!(vectors.alphabet, ALPHABET);
    assert_eq!(vectors.cases.len(), 120);
    for case in vectors.cases {
        let prefix = prefix(&case.prefix);
        let Parsed::Testable { code, .. } = parse(&case.display, std::slice::from_ref(&prefix)) else {
            panic!("{} is not testable", case.display);
        };
        assert_eq!(code.canonical(), case.canonical);
        assert_eq!(Some(code.format()), Format::from_name(&case.format));
        assert_eq!(code.slot(), case.slot);
        assert_eq!(code.display(&prefix).as_str(), case.display);
        assert_eq!(read(&case.display, &[prefix]).outcome, "ok");
    }
}

#[test]
fn slips_and_unreadable_symbols_read_as_in_the_vectors() {
    for case in vectors().cases {
        assert_eq!(case.typed.len(), 6);
        check_typed(&case.typed, &case.prefix);
    }
}

#[test]
fn spellings_read_as_in_the_vectors() {
    let spellings = vectors().spellings;
    check_typed(&spellings.typed, &spellings.prefix);
    let known = spellings.typed.iter().filter(|typed| typed.read.outcome == "ok");
    assert!(known.clone().all(|typed| typed.read.canonical == spellings.canonical));
    assert!(known.count() >= 15);
}

#[test]
fn refused_texts_are_refused_as_in_the_vectors() {
    let refused = vectors().refused;
    assert!(!refused.typed.is_empty());
    check_typed(&refused.typed, &refused.prefix);
}
