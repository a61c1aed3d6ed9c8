//! Arbitrary text: nothing panics, the work is bounded, and a word has at most one candidate.

use postern_codes::{MAX_INPUT, Parsed, Prefix, Reading, Refusal, parse};
use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};

use crate::support::{Read, any_prefix, read};

fn is_too_long(text: &str) -> bool {
    matches!(parse(text, &[Prefix::default()]), Parsed::Refused(Refusal::TooLong))
}

#[test]
fn the_length_bound_counts_characters_before_normalisation() {
    for character in ["A", "-", " ", "\u{e9}", "\u{fdfa}", "\u{1f511}", "\u{300}"] {
        assert!(!is_too_long(&character.repeat(MAX_INPUT)), "{character:?}");
        assert!(is_too_long(&character.repeat(MAX_INPUT + 1)), "{character:?}");
    }
    assert!(is_too_long(&"A".repeat(10_000_000)));
}

#[test]
fn a_code_among_separators_is_read_up_to_the_bound() {
    let code = crate::support::code(postern_codes::Format::Compact, 1, &Prefix::default(), 1);
    let blanks = " ".repeat(MAX_INPUT - code.canonical().len());
    assert_eq!(
        read(&format!("{blanks}{}", code.canonical()), &[Prefix::default()]),
        Read::testable("ok", &code)
    );
    assert_eq!(read(&format!(" {blanks}{}", code.canonical()), &[]), Read::refused("too long"));
}

/// A candidate differs from what was typed where the reading says so, and nowhere else.
fn candidate_fits(text: &str, prefixes: &[Prefix]) -> bool {
    let Parsed::Testable { code, reading } = parse(text, prefixes) else { return true };
    let typed: Vec<char> = text.chars().collect();
    let canonical: Vec<char> = code.canonical().chars().collect();
    let differing = typed.iter().zip(&canonical).filter(|(typed, canonical)| typed != canonical);
    let unreadable = typed.iter().filter(|&&symbol| symbol == '?').count();
    typed.len() == canonical.len()
        && match reading {
            Reading::AsTyped => differing.count() == 0,
            Reading::Corrected { position } => {
                let position = usize::from(position);
                differing.count() == 1 && typed.get(position) != canonical.get(position)
            }
            Reading::Restored => (1..=2).contains(&unreadable) && differing.count() == unreadable,
        }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_text_panics(text in any::<String>(), prefix in any_prefix()) {
        let _ = parse(&text, &[prefix, Prefix::default()]);
    }

    #[test]
    fn no_text_made_of_parts_of_codes_panics(
        text in r"([ \t,;.)?0-9A-Za-z\-]|PSTN|3\. |[ſKßİı１Ａ–ﷺ]){0,60}",
    ) {
        let _ = parse(&text, &[Prefix::default()]);
    }

    #[test]
    fn a_word_has_one_candidate_that_differs_only_where_it_says(
        text in "[0-9A-HJKMNP-TV-Z]{16}|[0-9A-HJKMNP-TV-Z?]{16}|[0-9A-HJKMNP-TV-Z]{25}|[0-9?]{24}",
        prefix in any_prefix(),
    ) {
        prop_assert!(candidate_fits(&text, &[prefix, Prefix::default()]), "{}", text);
    }
}
