//! Prefixes: which texts are one, and how a word is read when a deployment lists several.

use postern_codes::{Format, Prefix, PrefixError};
use proptest::prelude::{any, prop_assert_eq, proptest};

use crate::support::{Read, any_format, any_prefix, code, prefix, read, with_slip};

#[test]
fn a_prefix_is_two_to_six_upper_case_letters_of_the_alphabet() {
    assert_eq!(Prefix::default().as_str(), "PSTN");
    assert_eq!(Prefix::new("RC").unwrap().to_string(), "RC");
    assert!(Prefix::new("HEXESZ").is_ok());
    for text in ["", "A", "ABCDEFG"] {
        assert_eq!(Prefix::new(text), Err(PrefixError::Length), "{text}");
    }
    for text in ["LOG", "OUT", "UP", "IN", "R2", "rc", "R C", "R-", "\u{c4}B", "\u{212a}S"] {
        assert_eq!(Prefix::new(text), Err(PrefixError::Letter), "{text}");
    }
}

/// Newest first.
fn listed() -> [Prefix; 2] {
    [prefix("NEW"), prefix("PSTN")]
}

/// The displayed code with the symbol at `position` slipped.
fn slipped(format: Format, own: &Prefix, position: usize) -> (String, Read) {
    let code = code(format, 3, own, 11);
    let text = with_slip(code.canonical(), format, position, 1);
    let position = u8::try_from(position).ok();
    (text, Read { position, ..Read::testable("correctable", &code) })
}

#[test]
fn as_typed_under_any_listed_prefix() {
    for format in Format::ALL {
        for own in listed() {
            let code = code(format, 3, &own, 11);
            let expected = Read::testable("ok", &code);
            assert_eq!(read(code.canonical(), &listed()), expected);
            assert_eq!(read(&code.display(&own), &listed()), expected);
        }
    }
}

#[test]
fn without_a_typed_prefix_corrected_under_the_newest_only() {
    let [newest, older] = listed();
    for format in [Format::Standard, Format::Compact] {
        let (text, expected) = slipped(format, &newest, 6);
        assert_eq!(read(&text, &listed()), expected);
        let (text, _) = slipped(format, &older, 6);
        assert_eq!(read(&text, &listed()), read(&text, std::slice::from_ref(&newest)));
    }
}

#[test]
fn under_a_typed_prefix_corrected_whether_newest_or_not() {
    for own in listed() {
        let (text, expected) = slipped(Format::Standard, &own, 6);
        for joint in ["-", " ", ""] {
            assert_eq!(read(&format!("{own}{joint}{text}"), &listed()), expected);
        }
    }
}

#[test]
fn a_code_under_another_listed_prefix_than_typed_is_not_read_as_typed() {
    let [newest, older] = listed();
    let code = code(Format::Standard, 1, &older, 12);
    assert_ne!(read(&code.display(&newest), &listed()).outcome, "ok");
}

#[test]
fn an_unlisted_prefix_belongs_to_another_service() {
    for format in Format::ALL {
        let other = prefix("ACME");
        let code = code(format, 1, &other, 13);
        assert_eq!(read(&code.display(&other), &listed()), Read::refused("other service"));
        let text = format!("login {}", code.canonical());
        assert_eq!(read(&text, &listed()), Read::refused("other service"));
    }
}

#[test]
fn codes_under_different_listed_prefixes_are_several() {
    let [newest, older] = listed();
    let first = code(Format::Compact, 1, &newest, 14).display(&newest).to_string();
    let second = code(Format::Compact, 2, &older, 15).display(&older).to_string();
    for joint in [" ", ", ", ";", "\n"] {
        assert_eq!(read(&format!("{first}{joint}{second}"), &listed()), Read::refused("several codes"));
    }
}

#[test]
fn a_listed_prefix_that_begins_another_is_told_apart_by_the_separator() {
    let (short, long) = (prefix("AB"), prefix("ABX"));
    let listed = [short.clone(), long.clone()];
    // "ABX" and 24 digits are as long as "AB" and 25 symbols.
    let numeric = code(Format::Numeric, 1, &long, 16);
    assert_eq!(read(&numeric.display(&long), &listed), Read::testable("ok", &numeric));
    assert_eq!(read(&format!("ABX{}", numeric.canonical()), &listed), Read::testable("ok", &numeric));
    let slip = with_slip(numeric.canonical(), Format::Numeric, 9, 1);
    assert_eq!(read(&format!("ABX-{slip}"), &listed), Read::typo(Format::Numeric));
    assert_eq!(read(&format!("AB-X{slip}"), &listed), read(&format!("X{slip}"), &[short]));
}

#[test]
fn no_listed_prefix_stands_for_the_default() {
    let code = code(Format::Standard, 1, &Prefix::default(), 17);
    assert_eq!(read(&code.display(&Prefix::default()), &[]), Read::testable("ok", &code));
}

proptest! {
    /// Two prefixes may share the ten bits of the mask: then the word is right under both, and the same.
    #[test]
    fn one_word_has_one_reading_whatever_else_is_listed(
        format in any_format(),
        (own, other) in (any_prefix(), any_prefix()),
        seed in any::<u64>(),
    ) {
        let code = code(format, 1, &own, seed);
        let shown = code.display(&own);
        let listed = [other, own];
        let expected = Read::testable("ok", &code);
        prop_assert_eq!(&read(&shown, &listed), &expected);
        prop_assert_eq!(&read(code.canonical(), &listed), &expected);
    }
}
