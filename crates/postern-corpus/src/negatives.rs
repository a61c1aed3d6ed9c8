//! What looks like codes and is none: identifiers, numbers, keys and blobs of every kind.

use crate::dice::Dice;

const HEX: &str = "0123456789abcdef";
const DIGITS: &str = "0123456789";
const SMALL: &str = "0123456789abcdefghijklmnopqrstuvwxyz";
const CAPITALS: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BASE32: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const PRODUCT: &str = "BCDFGHJKMPQRTVWXY2346789";
const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// How one is made up.
pub type Make = fn(&mut Dice) -> String;

/// One kind of negative.
#[derive(Clone, Copy)]
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// What stands above a list of them.
    pub heading: &'static str,
    /// Makes up one.
    pub make: Make,
}

const fn kind(name: &'static str, heading: &'static str, make: Make) -> Kind {
    Kind { name, heading, make }
}

/// Every kind.
pub const KINDS: [Kind; 28] = [
    kind("dates", "Holidays", |dice| {
        let mut two = |most| format!("{:02}", dice.below(most) + 1);
        format!("2026-{}-{} 2026{}{}", two(12), two(28), two(12), two(28))
    }),
    kind("phone numbers", "Call these phone numbers", |dice| {
        format!("+49 {}", dice.groups(DIGITS, &[4; 3], " "))
    }),
    kind("card numbers", "Paid with", |dice| dice.groups(DIGITS, &[4; 4], " ")),
    kind("IBANs", "Accounts (IBAN)", |dice| {
        format!("DE{} {} {}", dice.word(DIGITS, 2), dice.groups(DIGITS, &[4; 4], " "), dice.word(DIGITS, 2))
    }),
    kind("24 digits in fours", "Meters", |dice| dice.groups(DIGITS, &[4; 6], " ")),
    kind("rows of numbers", "Readings", |dice| dice.groups(DIGITS, &[4; 12], " ")),
    kind("product keys", "Product keys", |dice| dice.groups(PRODUCT, &[5; 5], "-")),
    kind("16 of hexadecimal", "Span ids", |dice| dice.word(HEX, 16)),
    kind("commit ids", "Commits to look at", |dice| dice.word(HEX, 40)),
    kind("UUIDs", "Devices", |dice| dice.groups(HEX, &[8, 4, 4, 4, 12], "-")),
    kind("dumps", "Memory", |dice| dice.groups(HEX, &[4; 8], " ")),
    kind("base32 seeds", "Seeds", |dice| dice.word(BASE32, 16)),
    kind("base64", "Attachment", |dice| dice.word(BASE64, 76)),
    kind("keys in fours", "License keys", |dice| dice.groups(CAPITALS, &[4; 4], "-")),
    kind("order numbers", "Orders of this week, order numbers", |dice| dice.word(DIGITS, 8)),
    kind("numbers that count up", "Ids", |dice| format!("104{:05}", dice.below(90_000))),
    kind("lines of log", "Requests", |dice| {
        let id = dice.word(HEX, 16);
        format!("GET /orders/{} 200 trace_id={id} {} ms", dice.word(DIGITS, 8), dice.below(900))
    }),
    kind("checksums", "Checksums, SHA-256", |dice| format!("{}  file.tar", dice.word(HEX, 64))),
    kind("MD5 sums", "md5 of the parts", |dice| dice.word(HEX, 32)),
    kind("short commits", "git log --oneline", |dice| format!("{} mend the build", dice.word(HEX, 8))),
    kind("licences of three groups", "Serial numbers", |dice| dice.groups(CAPITALS, &[4; 3], "-")),
    kind("customer numbers", "Customers who wrote (customer number)", |dice| dice.word(DIGITS, 8)),
    kind("user names", "Accounts to close", |dice| format!("u{}", dice.word(DIGITS, 7))),
    kind("object ids", "Objects", |dice| dice.word(HEX, 24)),
    kind("host names", "Hosts that are down", |dice| format!("web-{}", dice.word(SMALL, 8))),
    kind("tracking numbers", "Parcels", |dice| format!("JD{}", dice.word(DIGITS, 16))),
    kind("colours", "Palette", |dice| format!("#{}", dice.word(HEX, 6))),
    kind("coordinates", "Points", |dice| format!("{}.{}", dice.word(DIGITS, 2), dice.word(DIGITS, 8))),
];

/// So many lines of one kind.
pub fn lines(dice: &mut Dice, make: Make, count: usize) -> String {
    (0..count).map(|number| format!("item {number}: {}\n", make(dice))).collect()
}

/// A list of one kind under its heading, as long as sets of codes are.
pub fn list(dice: &mut Dice, kind: Kind) -> String {
    let count = 5 + dice.below(14);
    let items: String = (0..count).map(|_| (kind.make)(dice) + "\n").collect();
    format!("{}:\n\n{items}\n", kind.heading)
}
