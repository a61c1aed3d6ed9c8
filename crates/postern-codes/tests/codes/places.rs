//! The place that a refusal or a typo names: only where it is certain.

use postern_codes::{Format, Parsed, Prefix, Refusal, parse};

use crate::support::{code, with_slip};

/// The group of a typo. The outer option says that it is one.
fn typo_group(text: &str) -> Option<Option<u8>> {
    match parse(text, &[Prefix::default()]) {
        Parsed::Typo { group, .. } => Some(group),
        _ => None,
    }
}

fn refusal(text: &str) -> Option<Refusal> {
    match parse(text, &[Prefix::default()]) {
        Parsed::Refused(refusal) => Some(refusal),
        _ => None,
    }
}

fn foreign(format: Format, group: Option<u8>) -> Option<Refusal> {
    Some(Refusal::ForeignSymbol { format, group })
}

#[test]
fn a_foreign_symbol_is_placed_in_its_group() {
    assert_eq!(refusal("6N6NW-S9U8B-XYXXT-K5NXF-Y9YZ2"), foreign(Format::Standard, Some(2)));
    assert_eq!(refusal("PSTN-6N6NW-S9B8B-XYXXT-K5NXF-Y9YZ\u{e9}"), foreign(Format::Standard, Some(5)));
    assert_eq!(refusal("0123 4567 8X01 2345 6789 0123"), foreign(Format::Numeric, Some(3)));
    // The first symbol that is no digit.
    assert_eq!(refusal("0123 4567 8A01 2345 6789 0123"), foreign(Format::Numeric, Some(3)));
}

#[test]
fn foreign_symbols_in_several_groups_name_none() {
    // A standard code that lost a symbol has the length of a numeric one.
    assert_eq!(refusal("6N6NW-S9B8B-XYXXT-K5NXF-Y9YZ"), foreign(Format::Numeric, None));
}

#[test]
fn too_many_unreadable_symbols_name_the_group_that_holds_them() {
    assert_eq!(typo_group("6N6NW-S9???-XYXXT-K5NXF-Y9YZ2"), Some(Some(2)));
    assert_eq!(typo_group("6N6NW-S9??B-XY?XT-K5NXF-Y9YZ2"), Some(None));
    assert_eq!(typo_group("0123 4567 8901 2345 67?? 0123"), Some(Some(5)));
}

#[test]
fn a_slot_or_check_digits_that_no_code_has_name_their_group() {
    let numeric = code(Format::Numeric, 5, &Prefix::default(), 1);
    let (body, _) = numeric.canonical().split_at(22);
    let (_, without_slot) = numeric.canonical().split_at(2);
    assert_eq!(typo_group(&format!("00{without_slot}")), Some(Some(1)));
    assert_eq!(typo_group(&format!("{body}99")), Some(Some(6)));
    assert_eq!(typo_group(&format!("{body}?9")), Some(None));
    assert_eq!(typo_group(&format!("{body}0?")), Some(None));
}

#[test]
fn as_many_unreadable_symbols_as_can_be_filled_in_name_no_group_of_their_own() {
    let compact = code(Format::Compact, 5, &Prefix::default(), 1);
    let (_, rest) = compact.canonical().split_at(1);
    let (before, (_, after)) = (rest.split_at(5).0, rest.split_at(7));
    // The slot is zero whatever stands in the second group.
    assert_eq!(typo_group(&format!("0{before}??{after}")), Some(Some(1)));
}

#[test]
fn a_plain_slip_of_a_digit_names_no_group() {
    let numeric = code(Format::Numeric, 5, &Prefix::default(), 1);
    assert_eq!(typo_group(&with_slip(numeric.canonical(), Format::Numeric, 9, 3)), Some(None));
}
