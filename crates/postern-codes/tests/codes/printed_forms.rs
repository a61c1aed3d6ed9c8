//! Whatever a sheet can show, and the ways people copy it, parses back to the same code.

use postern_codes::{Format, Prefix};
use proptest::prelude::{Strategy, any, prop_assert_eq, proptest};
use proptest::sample::select;

use crate::support::{Read, any_format, any_prefix, code, read};

/// A code and how it is shown, for any format, slot, prefix and seed.
fn any_shown() -> impl Strategy<Value = (Format, u8, Prefix, u64)> {
    (any_format(), any::<u8>(), any_prefix(), any::<u64>())
        .prop_map(|(format, slot, prefix, seed)| (format, slot % format.most_codes() + 1, prefix, seed))
}

/// What people and copying do to the separators.
const JOINTS: [&str; 9] = ["-", " ", "", "\u{2013}", "\u{2011}", "_", "\u{200b}", " - ", "\n"];

fn wide(text: &str) -> String {
    let widen = |symbol: char| match symbol {
        '!'..='~' => char::from_u32(u32::from(symbol) + 0xfee0).unwrap(),
        other => other,
    };
    text.chars().map(widen).collect()
}

proptest! {
    #[test]
    fn every_printed_form_parses_back(
        (format, slot, prefix, seed) in any_shown(),
        joint in select(&JOINTS[..]),
        with_prefix in any::<bool>(),
        lower_case in any::<bool>(),
        full_width in any::<bool>(),
        marker in select(&["", "3. ", "12) ", "  7:\t", " ", "\u{feff}"][..]),
    ) {
        let code = code(format, slot, &prefix, seed);
        let shown = code.display(&prefix).to_string();
        let body = shown.split_once('-').unwrap().1;
        let mut text = if with_prefix { shown.as_str() } else { body }.replace('-', joint);
        if lower_case {
            text = text.to_lowercase();
        }
        if full_width {
            text = wide(&text);
        }
        text.insert_str(0, marker);
        prop_assert_eq!(read(&text, &[prefix]), Read::testable("ok", &code), "{:?}", text);
    }

    #[test]
    fn a_code_carries_its_slot((format, slot, prefix, seed) in any_shown()) {
        let carried = (format != Format::Standard).then_some(slot);
        prop_assert_eq!(code(format, slot, &prefix, seed).slot(), carried);
    }

    #[test]
    fn letters_that_look_like_digits_are_read_as_digits(
        (format, slot, prefix, seed) in any_shown(),
        zero in select(&["O", "o"][..]),
        one in select(&["I", "i", "L", "l"][..]),
    ) {
        let code = code(format, slot, &prefix, seed);
        let text = code.canonical().replace('0', zero).replace('1', one);
        prop_assert_eq!(read(&text, &[prefix]), Read::testable("ok", &code));
    }
}

/// The letters of the prefix may stand inside the code: only in front, or after a break, they count.
#[test]
fn a_prefix_inside_a_code_is_part_of_the_code() {
    let prefix = crate::support::prefix("RC");
    let holds = |seed: &u64| {
        let shown = code(Format::Standard, 1, &prefix, *seed).display(&prefix).to_string();
        shown.matches("RC-").count() > 1
    };
    let seed = (0..10_000).find(holds).unwrap();
    let code = code(Format::Standard, 1, &prefix, seed);
    let shown = code.display(&prefix).to_string();
    assert_eq!(read(&shown, std::slice::from_ref(&prefix)), Read::testable("ok", &code));
    let bare = shown.split_once('-').unwrap().1;
    assert_eq!(read(bare, &[prefix]), Read::testable("ok", &code));
}
