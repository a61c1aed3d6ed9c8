//! Codes read as they stand, from bare symbols.

use postern_codes::{Code, Format, Parsed, Prefix, Reading, exact, parse};
use proptest::prelude::{any, prop_assert_eq, proptest};

use crate::support::{any_format, any_prefix, code, with_slip};

/// What the parser of typed words reads as typed.
fn typed(symbols: &str, prefix: &Prefix) -> Option<String> {
    match parse(&format!("{}-{symbols}", prefix.as_str()), std::slice::from_ref(prefix)) {
        Parsed::Testable { code, reading: Reading::AsTyped } => Some(code.canonical().to_owned()),
        _ => None,
    }
}

fn bare(symbols: &str, prefix: &Prefix) -> Option<String> {
    exact(symbols, prefix).map(|code: Code| code.canonical().to_owned())
}

/// In another mixture of cases, with the letters that stand for digits.
fn respelled(canonical: &str, upper: u32) -> String {
    let spelled = |(at, symbol): (usize, char)| match (upper >> at & 1, symbol) {
        (0, '0') => 'o',
        (0, '1') => 'I',
        (0, symbol) => symbol.to_ascii_lowercase(),
        _ => symbol,
    };
    canonical.chars().enumerate().map(spelled).collect()
}

proptest! {
    #[test]
    fn it_is_what_the_parser_reads_as_typed(
        format in any_format(), prefix in any_prefix(), seed in any::<u64>(), upper in any::<u32>(),
        slip in 0_usize..60, step in 1_usize..10,
    ) {
        let code = code(format, 3, &prefix, seed);
        let right = respelled(code.canonical(), upper);
        prop_assert_eq!(bare(&right, &prefix), Some(code.canonical().to_owned()));
        prop_assert_eq!(bare(&right, &prefix), typed(&right, &prefix));
        if slip < format.symbols() {
            let wrong = with_slip(code.canonical(), format, slip, step);
            prop_assert_eq!(bare(&wrong, &prefix), None);
            prop_assert_eq!(typed(&wrong, &prefix), None);
        }
    }

    #[test]
    fn and_nothing_else(symbols in "[A-Za-z0-9]{14,28}", prefix in any_prefix()) {
        prop_assert_eq!(bare(&symbols, &prefix), typed(&symbols, &prefix));
    }
}

#[test]
fn nothing_stands_between_the_symbols_and_none_is_filled_in() {
    let prefix = Prefix::default();
    for format in Format::ALL {
        let code = code(format, 7, &prefix, 4);
        let symbols = code.canonical();
        let (group, rest) = symbols.split_at(5);
        let all_but = |last: usize| symbols.chars().take(symbols.len() - last).collect::<String>();
        for text in [
            format!("{group}-{rest}"),
            format!("{}?", all_but(1)),
            format!("{}é", all_but(2)),
            format!("{symbols} "),
            String::new(),
        ] {
            assert!(exact(&text, &prefix).is_none(), "{text}");
        }
    }
}
