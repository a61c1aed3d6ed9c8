//! What is typed: entropy, spelling, every symbol counted.

use std::collections::BTreeSet;
use std::time::Duration;

use postern_app::operator::{Command, TierChange};
use postern_codes::{Code, Format, Parsed, Prefix, Reading, generate, parse};
use postern_core::ports::Entropy as _;
use postern_core::tenant::Tier;
use postern_core::verifier::{Material, Stretch};
use postern_testkit::{Redeem, SeededEntropy, StoreKind, World};

use crate::refused;

fn codes(format: Format, count: u8, seed: u64) -> Vec<Code> {
    let entropy = SeededEntropy::new(seed);
    let mut fill = |bytes: &mut [u8]| entropy.fill(bytes).unwrap();
    (1..=count).map(|slot| generate(format, slot, &Prefix::default(), &mut fill)).collect()
}

#[tokio::test]
async fn peer_failure_b08_what_has_less_than_112_bits_is_stretched() {
    for format in Format::ALL {
        assert!(format.secret_bits() >= 112.0 || format.stretched(), "{format:?}");
        let stretch = Stretch::ARGON2ID.for_format(format);
        assert_eq!(stretch == Stretch::None, format.secret_bits() >= 112.0, "{format:?}");
    }
    // No setting takes the stretching away, or makes it less.
    let world = World::new(StoreKind::Memory).await;
    for (stretch, taken) in
        [("none", false), ("sha512", false), ("", false), ("argon2id", true), ("pbkdf2", true)]
    {
        let tier = TierChange {
            tier: Tier::Standard,
            format: Some("compact".to_owned()),
            count: None,
            lifetime_days: None,
            low_stock: None,
            stretch: Some(stretch.to_owned()),
        };
        let change =
            Command::TenantChange { tenant: world.tenant, prefix: None, tier: Some(tier), keep_kinds: false };
        assert_eq!(world.app.operate("test", change).await.is_ok(), taken, "{stretch}");
    }
    let Stretch::Argon2id { memory, passes, .. } = Stretch::ARGON2ID else { panic!("another function") };
    assert!(memory >= 19_456 && passes >= 2, "less than 19 MiB and two passes");
    assert!(matches!(Stretch::PBKDF2, Stretch::Pbkdf2 { iterations: 600_000.. }));
}

#[test]
fn peer_failure_b19_every_symbol_of_the_alphabet_is_equally_likely() {
    for format in Format::ALL {
        let (alphabet, length) = (format.alphabet(), format.secret_symbols());
        let bits = length as f64 * (alphabet.chars().collect::<BTreeSet<_>>().len() as f64).log2();
        assert!((bits - format.secret_bits()).abs() < 1e-9, "{format:?}: the alphabet has a symbol twice");
        let mut seen = vec![0u32; alphabet.len()];
        for seed in 0..20 {
            for code in codes(format, format.most_codes(), seed) {
                let secret = code.canonical().chars().skip(format.slot_symbols()).take(length);
                secret.for_each(|symbol| seen[alphabet.find(symbol).unwrap()] += 1);
            }
        }
        let even = f64::from(seen.iter().sum::<u32>()) / alphabet.len() as f64;
        let chi: f64 = seen.iter().map(|count| (f64::from(*count) - even).powi(2) / even).sum();
        // With 31 degrees of freedom as much as this comes once in a million; the seeds are always the same.
        assert!(chi < 80.0, "{format:?}: {chi}");
    }
}

#[test]
fn peer_failure_b20_every_symbol_counts_to_the_last() {
    for format in Format::ALL {
        let code = codes(format, 1, 7).remove(0);
        let (text, prefix) = (code.canonical().to_owned(), [Prefix::default()]);
        for first in 0..text.len() {
            for second in first + 1..text.len() {
                // Two symbols changed: never read as the code that it was.
                let mut typed: Vec<char> = text.chars().collect();
                for at in [first, second] {
                    typed[at] = if typed[at] == '7' { '8' } else { '7' };
                }
                let typed: String = typed.into_iter().collect();
                if let Parsed::Testable { code: other, .. } = parse(&typed, &prefix) {
                    assert!(other.canonical() != text, "{format:?} {first} {second}");
                }
            }
        }
        for typed in [&text[1..], &text[..text.len() - 1], &format!("{text}7"), &format!("7{text}")] {
            let read = parse(typed, &prefix);
            let same = matches!(&read, Parsed::Testable { code: read, .. } if read.canonical() == text);
            assert!(!same, "{format:?}: a symbol more or less was not counted");
        }
    }
    // What is stored depends on the last secret symbol too: codes that differ nowhere else.
    let last = |last: u8| {
        let mut bytes = 0;
        let mut fill = |to: &mut [u8]| {
            to.fill(3);
            bytes += to.len();
            *to.last_mut().unwrap() = last;
        };
        let code = generate(Format::Standard, 1, &Prefix::default(), &mut fill);
        Material::new(&code, Stretch::None, &[0; 16]).unwrap().verifier(&[1; 32], 1, &[2; 16])
    };
    assert_eq!((0..32).map(last).collect::<BTreeSet<_>>().len(), 32);
}

/// Ways in which people type a printed code.
fn spellings(printed: &str) -> [String; 8] {
    let bare = printed.split_once('-').unwrap().1;
    [
        printed.to_owned(),
        printed.to_lowercase(),
        printed.replace('-', " "),
        printed.replace('-', ""),
        bare.to_owned(),
        bare.replace('-', " ").to_lowercase(),
        format!("  3. {}\t", printed.replace('0', "o").replace('1', "l")),
        printed.replace('-', "\u{2013}").replace('0', "O").replace('1', "I"),
    ]
}

#[tokio::test]
async fn peer_failure_b21_every_printed_code_is_read_however_it_is_typed() {
    let prefix = Prefix::default();
    for format in Format::ALL {
        for code in codes(format, 31, 7) {
            for typed in spellings(&code.display(&prefix)) {
                let read = parse(&typed, std::slice::from_ref(&prefix));
                let same = matches!(&read, Parsed::Testable { code: read, reading: Reading::AsTyped } if read.canonical() == code.canonical());
                assert!(same, "{format:?}: {typed}");
            }
        }
    }
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    let sheet = world.issue("anna", Format::Standard).await;
    for (n, code) in sheet.codes[..8].iter().enumerate() {
        world.clock.advance(Duration::from_secs(25 * 3600));
        world.redeem("anna", &spellings(code)[n], Redeem::default()).await.unwrap();
        assert_eq!(refused(world.redeem("anna", code, Redeem::default()).await), "code-not-accepted");
    }
}
