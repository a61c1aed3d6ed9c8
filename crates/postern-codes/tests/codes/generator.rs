//! The generator: entropy stated from the alphabet, and every secret symbol evenly spread.

use postern_codes::{Format, Prefix, generate};

use crate::support::bytes_from;

#[test]
fn entropy_follows_from_the_alphabet() {
    for (format, stated) in [(Format::Standard, 115.0), (Format::Compact, 65.0), (Format::Numeric, 66.4)] {
        assert!((format.secret_bits() - stated).abs() < 0.05, "{format:?} {}", format.secret_bits());
        // NIST SP 800-63B-4: at least 112 bits to go unstretched, at least 64 for a saved recovery code.
        assert!(format.secret_bits() >= if format.stretched() { 64.0 } else { 112.0 });
    }
}

#[test]
fn lengths_add_up_and_no_two_formats_share_one() {
    assert_eq!(Format::ALL.map(Format::symbols), [25, 16, 24]);
    assert_eq!(Format::ALL.map(Format::group), [5, 4, 4]);
    assert_eq!(Format::ALL.map(Format::most_codes), [99, 31, 99]);
    assert_eq!(Format::ALL.map(Format::random_bytes), [23, 13, 20]);
    assert!(Format::ALL.iter().all(|format| Format::from_name(format.name()) == Some(*format)));
    assert_eq!(Format::from_name("Standard"), None);
}

/// How often each symbol stands at each secret position.
type Counts = Vec<Vec<u32>>;

fn count(format: Format, codes: usize, fill: &mut dyn FnMut(&mut [u8])) -> Counts {
    let mut counts = vec![vec![0; format.alphabet().len()]; format.secret_symbols()];
    for _ in 0..codes {
        let code = generate(format, 1, &Prefix::default(), fill);
        let secret = code.canonical().chars().skip(format.slot_symbols());
        for (symbol, counts) in secret.zip(&mut counts) {
            *counts.get_mut(format.alphabet().find(symbol).unwrap()).unwrap() += 1;
        }
    }
    counts
}

fn chi_square(counts: &[u32]) -> f64 {
    let expected = f64::from(counts.iter().sum::<u32>()) / counts.len() as f64;
    counts.iter().map(|&count| (f64::from(count) - expected).powi(2) / expected).sum()
}

/// The counts of all positions together, where a bias of the alphabet adds up.
fn pooled(counts: &Counts) -> Vec<u32> {
    let width = counts.first().unwrap().len();
    (0..width).map(|symbol| counts.iter().filter_map(|position| position.get(symbol)).sum()).collect()
}

/// Chi-square beyond which a spread counts as uneven: about one in 10^6 for 31 and for 9 degrees of freedom.
/// The seed is fixed, so that the tests pass always or never; 60 positions leave no doubt about which.
fn threshold(format: Format) -> f64 {
    if format == Format::Numeric { 45.0 } else { 80.0 }
}

/// Enough that the bias of a byte modulo ten, 26 to 25, is beyond the threshold in the pooled counts.
const CODES: usize = 20_000;

#[test]
fn every_secret_position_is_evenly_spread() {
    for format in Format::ALL {
        let counts = count(format, CODES, &mut bytes_from(1));
        for (position, counts) in counts.iter().enumerate() {
            let chi_square = chi_square(counts);
            assert!(chi_square < threshold(format), "{format:?} {position} {chi_square}");
        }
        assert!(chi_square(&pooled(&counts)) < threshold(format));
    }
}

#[test]
fn the_test_sees_digits_taken_modulo_ten() {
    let mut biased = vec![0; 10];
    let mut bytes = vec![0; CODES * Format::Numeric.secret_symbols()];
    bytes_from(1)(&mut bytes);
    for byte in bytes {
        *biased.get_mut(usize::from(byte % 10)).unwrap() += 1;
    }
    assert!(chi_square(&biased) > threshold(Format::Numeric));
}

#[test]
fn the_test_sees_a_source_that_leaves_out_a_few_bytes() {
    let mut even = bytes_from(1);
    let mut below_250 = |buffer: &mut [u8]| {
        even(buffer);
        for byte in buffer {
            while *byte >= 250 {
                even(std::slice::from_mut(byte));
            }
        }
    };
    for format in [Format::Standard, Format::Compact] {
        let counts = count(format, CODES, &mut below_250);
        assert!(chi_square(&pooled(&counts)) > threshold(format));
    }
}

#[test]
fn rejected_bytes_are_asked_for_again() {
    let mut calls = Vec::new();
    let mut fill = |buffer: &mut [u8]| {
        calls.push(buffer.len());
        // The first twenty bytes are rejected from the eleventh on.
        for (index, byte) in (0_u8..).zip(buffer) {
            *byte = if index < 10 { 240 + index } else { 255 };
        }
    };
    let code = generate(Format::Numeric, 42, &Prefix::default(), &mut fill);
    assert_eq!(code.canonical().get(..22), Some("4201234567890000000000"));
    assert_eq!(calls.len(), 11);
    assert_eq!(calls.iter().sum::<usize>(), Format::Numeric.random_bytes() + 10);
}

#[test]
fn base32_formats_ask_once() {
    for format in [Format::Standard, Format::Compact] {
        let mut calls = 0;
        let _ = generate(format, 31, &Prefix::default(), &mut |buffer| {
            calls += 1;
            assert_eq!(buffer.len(), format.random_bytes());
        });
        assert_eq!(calls, 1);
    }
}
