//! What looks like codes and is none: identifiers, numbers, keys and blobs of every kind.

use crate::dice::Dice;

const HEX: &str = "0123456789abcdef";
const DIGITS: &str = "0123456789";
const BASE32: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const PRODUCT: &str = "BCDFGHJKMPQRTVWXY2346789";
const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// How one is made up.
pub(crate) type Make = fn(&mut Dice) -> String;

/// One kind of negative, and how one of it is made up.
pub(crate) const KINDS: [(&str, Make); 14] = [
    ("dates", |dice| {
        format!(
            "2026-{:02}-{:02} 2026{:02}{:02}",
            dice.below(12) + 1,
            dice.below(28) + 1,
            dice.below(12) + 1,
            dice.below(28) + 1
        )
    }),
    ("phone numbers", |dice| {
        format!("+49 {} {} {}", dice.word(DIGITS, 4), dice.word(DIGITS, 4), dice.word(DIGITS, 4))
    }),
    ("card numbers", |dice| groups(dice, DIGITS, 4, 4, " ")),
    ("IBANs", |dice| {
        format!("DE{} {} {}", dice.word(DIGITS, 2), groups(dice, DIGITS, 4, 4, " "), dice.word(DIGITS, 2))
    }),
    ("24 digits in fours", |dice| groups(dice, DIGITS, 6, 4, " ")),
    ("rows of numbers", |dice| groups(dice, DIGITS, 12, 4, " ")),
    ("product keys", |dice| groups(dice, PRODUCT, 5, 5, "-")),
    ("16 of hexadecimal", |dice| dice.word(HEX, 16)),
    ("commit ids", |dice| dice.word(HEX, 40)),
    ("UUIDs", |dice| {
        format!(
            "{}-{}-4{}-a{}-{}",
            dice.word(HEX, 8),
            dice.word(HEX, 4),
            dice.word(HEX, 3),
            dice.word(HEX, 3),
            dice.word(HEX, 12)
        )
    }),
    ("dumps", |dice| groups(dice, HEX, 8, 4, " ")),
    ("base32 seeds", |dice| dice.word(BASE32, 16)),
    ("base64", |dice| dice.word(BASE64, 76)),
    ("keys in fours", |dice| groups(dice, "0123456789ABCDEFGHJKMNPQRSTVWXYZ", 4, 4, "-")),
];

fn groups(dice: &mut Dice, alphabet: &str, count: usize, length: usize, joint: &str) -> String {
    (0..count).map(|_| dice.word(alphabet, length)).collect::<Vec<_>>().join(joint)
}

/// So many lines of one kind.
pub(crate) fn lines(dice: &mut Dice, make: Make, count: usize) -> String {
    (0..count).map(|number| format!("item {number}: {}\n", make(dice))).collect()
}
