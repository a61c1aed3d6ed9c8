//! What the check symbols promise: which slips are seen, which are located, what is filled in.

use postern_codes::{Format, Prefix};
use proptest::prelude::{any, prop_assert, prop_assert_eq, prop_assume, proptest};
use proptest::sample::select;

use crate::support::{Read, any_prefix, code, read, with_slip};

const BASE32: [Format; 2] = [Format::Standard, Format::Compact];

fn with_holes(canonical: &str, holes: &[usize]) -> String {
    let blank = |(index, symbol)| if holes.contains(&index) { '?' } else { symbol };
    canonical.chars().enumerate().map(blank).collect()
}

/// Every wrong symbol at every position of one word.
fn single_slips(canonical: &str, format: Format) -> impl Iterator<Item = (usize, String)> {
    (0..format.symbols()).flat_map(move |position| {
        (1..format.alphabet().len()).map(move |step| (position, with_slip(canonical, format, position, step)))
    })
}

#[test]
fn every_wrong_symbol_of_a_base32_word_is_located() {
    for format in BASE32 {
        let code = code(format, 7, &Prefix::default(), 2);
        for (position, text) in single_slips(code.canonical(), format) {
            let expected =
                Read { position: u8::try_from(position).ok(), ..Read::testable("correctable", &code) };
            assert_eq!(read(&text, &[Prefix::default()]), expected, "{text}");
        }
    }
}

#[test]
fn every_wrong_digit_of_a_numeric_word_is_seen() {
    let code = code(Format::Numeric, 7, &Prefix::default(), 2);
    for (_, text) in single_slips(code.canonical(), Format::Numeric) {
        assert_eq!(read(&text, &[Prefix::default()]), Read::typo(Format::Numeric), "{text}");
    }
}

#[test]
fn other_spellings_of_the_check_digits_are_not_accepted() {
    // 02 and 99, 97 and 00, 98 and 01 leave the same remainder.
    for (right, wrong) in [("02", "99"), ("97", "00"), ("98", "01")] {
        let codes = (0..).map(|seed| code(Format::Numeric, 1, &Prefix::default(), seed));
        let code = codes.take(10_000).find(|code| code.canonical().ends_with(right)).unwrap();
        let text = code.canonical().strip_suffix(right).unwrap().to_owned() + wrong;
        assert_eq!(read(&text, &[Prefix::default()]), Read::typo(Format::Numeric), "{text}");
    }
}

#[test]
fn one_unreadable_symbol_anywhere_is_filled_in() {
    for format in Format::ALL {
        let code = code(format, 7, &Prefix::default(), 4);
        for position in 0..format.symbols() {
            let text = with_holes(code.canonical(), &[position]);
            assert_eq!(read(&text, &[Prefix::default()]), Read::testable("restorable", &code), "{text}");
        }
    }
}

#[test]
fn two_unreadable_symbols_anywhere_are_filled_in_for_base32_only() {
    for format in Format::ALL {
        let code = code(format, 7, &Prefix::default(), 4);
        let expected =
            if format == Format::Numeric { Read::typo(format) } else { Read::testable("restorable", &code) };
        for left in 0..format.symbols() {
            for right in left + 1..format.symbols() {
                let text = with_holes(code.canonical(), &[left, right]);
                assert_eq!(read(&text, &[Prefix::default()]), expected, "{text}");
            }
        }
    }
}

/// With every pair of check symbols, so that the right one is among them, typed and left to be filled in.
#[test]
fn slot_zero_is_no_code() {
    let prefixes = [Prefix::default()];
    let compact = code(Format::Compact, 16, &Prefix::default(), 5);
    let compact = "0".to_owned() + compact.canonical().get(1..14).unwrap();
    assert_eq!(read(&format!("{compact}??"), &prefixes), Read::typo(Format::Compact));
    for first in Format::Compact.alphabet().chars() {
        for second in Format::Compact.alphabet().chars() {
            let read = read(&format!("{compact}{first}{second}"), &prefixes);
            assert!(read.outcome != "ok" && !read.canonical.is_some_and(|code| code.starts_with('0')));
        }
    }
    let numeric = code(Format::Numeric, 1, &Prefix::default(), 5);
    let numeric = "00".to_owned() + numeric.canonical().get(2..22).unwrap();
    for check in 2..=98 {
        assert_eq!(read(&format!("{numeric}{check:02}"), &prefixes), Read::typo(Format::Numeric));
    }
}

proptest! {
    #[test]
    fn one_wrong_symbol_is_located_and_two_are_seen(
        format in select(&BASE32[..]),
        slot in 1_u8..=31,
        prefix in any_prefix(),
        seed in any::<u64>(),
        (first, first_step) in (0_usize..25, 1_usize..32),
        (second, second_step) in (0_usize..25, 1_usize..32),
    ) {
        let (first, second) = (first % format.symbols(), second % format.symbols());
        let code = code(format, slot, &prefix, seed);
        let prefixes = [prefix];
        let one = with_slip(code.canonical(), format, first, first_step);
        let located = Read { position: u8::try_from(first).ok(), ..Read::testable("correctable", &code) };
        prop_assert_eq!(read(&one, &prefixes), located);
        prop_assume!(first != second);
        let two = with_slip(&one, format, second, second_step);
        prop_assert!(read(&two, &prefixes).outcome != "ok", "{}", two);
    }

    #[test]
    fn a_wrong_or_swapped_digit_is_seen(
        slot in 1_u8..=99,
        seed in any::<u64>(),
        position in 0_usize..24,
        step in 1_usize..10,
    ) {
        let code = code(Format::Numeric, slot, &Prefix::default(), seed);
        let prefixes = [Prefix::default()];
        let typo = Read::typo(Format::Numeric);
        let wrong = with_slip(code.canonical(), Format::Numeric, position, step);
        prop_assert_eq!(&read(&wrong, &prefixes), &typo);
        let mut swapped: Vec<char> = code.canonical().chars().collect();
        let left = position.min(22);
        swapped.swap(left, left + 1);
        let swapped = String::from_iter(swapped);
        prop_assume!(swapped != code.canonical());
        prop_assert_eq!(&read(&swapped, &prefixes), &typo);
    }

    #[test]
    fn nothing_is_corrected_and_filled_in_at_once(
        format in select(&BASE32[..]),
        slot in 1_u8..=31,
        prefix in any_prefix(),
        seed in any::<u64>(),
        (hole, slip, step) in (0_usize..16, 0_usize..16, 1_usize..32),
    ) {
        prop_assume!(hole != slip);
        let code = code(format, slot, &prefix, seed);
        let text = with_holes(&with_slip(code.canonical(), format, slip, step), &[hole]);
        prop_assert_eq!(read(&text, &[prefix]), Read::typo(format));
    }
}
