//! Canonical JSON against RFC 8785's own example and another implementation of it.

#![cfg(test)]

use std::collections::BTreeMap;

use postern_log::{CanonicalError, canonical, canonical_value, is_canonical};
use proptest::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

const MAX: i64 = (1 << 53) - 1;

#[derive(Serialize)]
struct Event<'a> {
    actor: Option<&'a str>,
    #[serde(rename = "fact")]
    inner: Fact,
    version: u64,
}

#[derive(Serialize)]
struct Fact {
    at: i64,
    generation: u8,
    list: Vec<bool>,
}

fn event(version: u64, at: i64) -> Event<'static> {
    Event {
        actor: Some("é\"\\/\u{7}\n\u{7f}"), inner: Fact { at, generation: 3, list: vec![true] }, version
    }
}

#[test]
fn a_struct_declared_in_order_is_canonical_as_it_stands() {
    let value = event(12, -5);
    let bytes = canonical(&value).unwrap();
    assert_eq!(
        String::from_utf8(bytes.clone()).unwrap(),
        "{\"actor\":\"é\\\"\\\\/\\u0007\\n\u{7f}\",\"fact\":{\"at\":-5,\"generation\":3,\"list\":[true]},\"version\":12}"
    );
    assert_eq!(bytes, serde_jcs::to_vec(&value).unwrap());
    assert!(is_canonical(&bytes));
}

#[test]
fn integers_end_where_every_reader_still_holds_them() {
    let ends = [event(MAX as u64, MAX), event(0, -MAX)];
    for end in &ends {
        let value = serde_json::to_value(end).unwrap();
        assert_eq!(canonical(end).unwrap(), canonical_value(&value).unwrap());
    }
    let beyond = [event(MAX as u64 + 1, 0), event(u64::MAX, 0), event(0, MAX + 1), event(0, -MAX - 1)];
    for value in beyond {
        assert!(matches!(canonical(&value), Err(CanonicalError::Serialize(_))));
        let value = serde_json::to_value(&value).unwrap();
        assert!(matches!(canonical_value(&value), Err(CanonicalError::Number(_))));
    }
    assert!(canonical(&[1_i128]).is_ok());
    assert!(canonical(&[i128::MIN]).is_err());
    assert!(canonical(&[u128::MAX]).is_err());
}

#[test]
fn fractions_are_refused() {
    assert!(canonical(&[1.0_f64]).is_err());
    assert!(canonical(&[0.5_f32]).is_err());
    for text in ["1.0", "0.5", "1e3", "-0", "-0.0", "1E400", "9007199254740992", "-9007199254740992"] {
        assert!(!is_canonical(text.as_bytes()), "{text}");
        if let Ok(value) = serde_json::from_str::<Value>(text) {
            assert!(canonical_value(&value).is_err(), "{text}");
        }
    }
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "RFC 8785 order")]
fn a_struct_declared_out_of_order_is_found_in_debug_builds() {
    #[derive(Serialize)]
    struct Unordered {
        b: u8,
        a: u8,
    }
    let _ = canonical(&Unordered { b: 1, a: 2 });
}

#[test]
fn keys_are_sorted_as_in_the_rfc() {
    // RFC 8785 §3.2.3, with the surrogate pair (an emoji) before U+FB33, which UTF-8 order would reverse.
    let value = json!({
        "\u{20ac}": "Euro Sign", "\r": "Carriage Return", "\u{fb33}": "Hebrew Letter Dalet With Dagesh",
        "1": "One", "\u{1f600}": "Emoji: Grinning Face", "\u{80}": "Control", "\u{f6}": "Latin Small Letter O",
    });
    let bytes = canonical_value(&value).unwrap();
    assert_eq!(
        String::from_utf8(bytes).unwrap(),
        "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\"\u{f6}\":\"Latin Small Letter O\",\
         \"\u{20ac}\":\"Euro Sign\",\"\u{1f600}\":\"Emoji: Grinning Face\",\
         \"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}"
    );
}

#[test]
fn other_ways_of_writing_the_same_are_not_canonical() {
    let canonical =
        ["{}", "[]", "null", "true", "0", "-1", "\"/\"", "{\"a\":1,\"b\":[]}", "\"\\u001f\\b\\f\""];
    assert!(canonical.iter().all(|text| is_canonical(text.as_bytes())));
    let other = [
        "",
        " {}",
        "{}\n",
        "{ }",
        "[1, 2]",
        "{\"b\":1,\"a\":2}",
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"a\":2}",
        "01",
        "+1",
        "\"\\/\"",
        "\"\\u0041\"",
        "\"\\u001F\"",
        "\"\\u000a\"",
        "\"\\ud83d\\ude00\"",
        "\"\\ud83d\"",
        "\u{feff}{}",
        "{}{}",
    ];
    for text in other {
        assert!(!is_canonical(text.as_bytes()), "{text:?}");
    }
    assert!(!is_canonical(b"\"\xff\""));
    assert!(!is_canonical(&[b'['; 100_000]), "deep nesting must not exhaust the stack");
}

/// By reading all of it and writing it again: what the judgement is held against.
fn is_canonical_slowly(bytes: &[u8]) -> bool {
    let said = serde_json::from_slice::<Value>(bytes).ok();
    said.is_some_and(|value| canonical_value(&value).is_ok_and(|written| written == bytes))
}

/// Strings that exercise the sorting (both sides of the surrogates) and the escapes.
fn text() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        4 => proptest::char::range('a', 'c'),
        2 => proptest::char::range('\0', '\u{22}'),
        1 => prop::sample::select(vec!['\\', '/', '\u{7f}', '\u{80}', '\u{2028}', '\u{d7ff}']),
        2 => proptest::char::range('\u{e000}', '\u{ffff}'),
        2 => proptest::char::range('\u{10000}', '\u{10ffff}'),
    ];
    proptest::collection::vec(character, 0..5).prop_map(|characters| characters.into_iter().collect())
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-MAX..=MAX).prop_map(Value::from),
        (-3_i64..=3).prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            proptest::collection::hash_map(text(), inner, 0..8).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn serde_jcs_agrees(value in value()) {
        let bytes = canonical_value(&value).unwrap();
        prop_assert_eq!(&bytes, &serde_jcs::to_vec(&value).unwrap());
        prop_assert!(is_canonical(&bytes));
        prop_assert_eq!(serde_json::from_slice::<Value>(&bytes).unwrap(), value);
    }

    #[test]
    fn strings_are_escaped_alike(texts in proptest::collection::vec(any::<String>(), 0..5)) {
        prop_assert_eq!(canonical(&texts).unwrap(), serde_jcs::to_vec(&texts).unwrap());
    }

    #[test]
    fn any_bytes_are_judged_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        is_canonical(&bytes);
    }

    #[test]
    fn nearly_json_is_judged_as_by_reading_and_writing(text in "[\\[\\]{}:,\"0-9eE.+\\-\\\\u a-c]{0,40}") {
        prop_assert_eq!(is_canonical(text.as_bytes()), is_canonical_slowly(text.as_bytes()));
    }

    #[test]
    fn what_is_changed_a_little_is_judged_as_by_reading_and_writing(
        value in value(),
        at in any::<prop::sample::Index>(),
        with in proptest::collection::vec(prop::sample::select(b"{}[]\",:\\/ 0-1ab\n".to_vec()), 0..3),
    ) {
        let mut bytes = canonical_value(&value).unwrap();
        let at = at.index(bytes.len());
        bytes.splice(at..=at, with);
        prop_assert_eq!(is_canonical(&bytes), is_canonical_slowly(&bytes));
    }

    #[test]
    fn ascii_maps_are_canonical_as_they_stand(map in any::<BTreeMap<u8, i32>>()) {
        let map: BTreeMap<String, i32> = map.into_iter().map(|(key, value)| (key.to_string(), value)).collect();
        prop_assert_eq!(canonical(&map).unwrap(), serde_jcs::to_vec(&map).unwrap());
    }
}
