//! Searching bytes for secrets in any spelling: as they are, folded as a person types, in hexadecimal, base64, UTF-16,
//! escaped for a URL or for JSON; and codes by any leak-sized part.

use std::collections::HashMap;

/// Symbols in a row that count as a leak: 12 of a base32 code.
const IN_A_ROW: usize = 12;
/// Digits in a row that count as a leak of a numeric code.
const DIGITS_IN_A_ROW: usize = 15;
/// Symbols at the end of a token that are nobody's but the token's.
const OF_A_TOKEN: usize = 38;
/// Bytes in a row that count as a leak of a key or of an encoded secret.
const ENCODED: usize = 16;

/// Secrets to be searched for, with the names that a find is reported by.
#[derive(Default)]
pub struct Secrets {
    /// Codes as they are printed.
    pub codes: Vec<String>,
    /// Application keys, device tokens, assertions, receipts: words that are compared as they are.
    pub tokens: Vec<(String, String)>,
    /// Keys as bytes.
    pub keys: Vec<(String, Vec<u8>)>,
}

/// A search for everything at once.
pub struct Search {
    folded: [Needles; 3],
    encoded: Needles,
    hex: Needles,
    raw: Needles,
}

impl Secrets {
    /// Makes ready to search.
    #[must_use]
    pub fn search(&self) -> Search {
        let (mut symbols, mut digits) = (Needles::of(IN_A_ROW), Needles::of(DIGITS_IN_A_ROW));
        let mut tokens = Needles::of(OF_A_TOKEN);
        let (mut encoded, mut hex, mut raw) =
            (Needles::of(ENCODED), Needles::of(ENCODED), Needles::of(ENCODED));
        for (n, code) in self.codes.iter().enumerate() {
            let (name, body) = (format!("code {n}"), symbols_of(code));
            let numeric = body.bytes().all(|byte| byte.is_ascii_digit());
            let row = if numeric { &mut digits } else { &mut symbols };
            body.as_bytes().windows(row.length).for_each(|run| row.add(run, &name));
            for spelling in spellings(code) {
                encodings(spelling.as_bytes(), &name, &mut encoded, &mut hex);
            }
        }
        for (name, token) in &self.tokens {
            let folded = folded(token.as_bytes());
            tokens.add(&folded[folded.len() - OF_A_TOKEN..], name);
            encodings(&token.as_bytes()[token.len() - OF_A_TOKEN..], name, &mut encoded, &mut hex);
        }
        for (name, key) in &self.keys {
            raw.add(key, name);
            encodings(key, name, &mut encoded, &mut hex);
        }
        Search { folded: [symbols, digits, tokens], encoded, hex, raw }
    }
}

impl Search {
    /// The names of the secrets that are in these bytes, each once.
    #[must_use]
    pub fn found_in(&self, bytes: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        for text in [bytes, &unescaped_url(bytes), &unescaped_json(bytes)] {
            let folded = folded(text);
            self.folded.iter().for_each(|needles| needles.find(&folded, &mut found));
        }
        let standard: Vec<u8> = bytes
            .iter()
            .map(|byte| match byte {
                b'-' => b'+',
                b'_' => b'/',
                other => *other,
            })
            .collect();
        self.encoded.find(&standard, &mut found);
        self.hex.find(&bytes.to_ascii_lowercase(), &mut found);
        self.raw.find(bytes, &mut found);
        found.sort();
        found.dedup();
        found
    }
}

/// Needles of one length.
struct Needles {
    length: usize,
    /// One bit for each value of a hash over four bytes: most places are passed by after one look.
    filter: Vec<u64>,
    known: HashMap<Vec<u8>, String>,
}

impl Needles {
    fn of(length: usize) -> Self {
        Self { length, filter: vec![0; 1 << 14], known: HashMap::new() }
    }

    /// Adds the first bytes of a needle.
    fn add(&mut self, needle: &[u8], name: &str) {
        let needle = &needle[..self.length];
        let place = place(needle);
        self.filter[place / 64] |= 1 << (place % 64);
        self.known.insert(needle.to_vec(), name.to_owned());
    }

    fn find(&self, hay: &[u8], found: &mut Vec<String>) {
        for window in hay.windows(self.length) {
            let place = place(window);
            if self.filter[place / 64] >> (place % 64) & 1 == 1
                && let Some(name) = self.known.get(window)
            {
                found.push(name.clone());
            }
        }
    }
}

/// A hash of four bytes, in 20 bits.
fn place(bytes: &[u8]) -> usize {
    let word = u32::from_le_bytes([bytes[0], bytes[3], bytes[6], bytes[9]]);
    (word.wrapping_mul(0x9e37_79b1) >> 12) as usize
}

/// A code's symbols, without the prefix that every code has.
fn symbols_of(code: &str) -> String {
    let symbols = String::from_utf8(folded(code.as_bytes())).unwrap();
    symbols.trim_start_matches("PSTN").to_owned()
}

/// How a code may be written before it is encoded.
fn spellings(code: &str) -> Vec<String> {
    let bare = code.trim_start_matches("PSTN-");
    let joined = bare.replace('-', "");
    let all = [bare.to_owned(), bare.replace('-', " "), joined];
    all.iter().flat_map(|one| [one.clone(), one.to_lowercase()]).collect()
}

/// Adds hexadecimal digits and base64 at each of its three alignments.
fn encodings(bytes: &[u8], name: &str, encoded: &mut Needles, hex: &mut Needles) {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    hex.add(digits.as_bytes(), name);
    for skipped in 0..3 {
        encoded.add(base64(&bytes[skipped..]).as_bytes(), name);
    }
}

/// Standard base64 of the bytes' whole triples.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let triples = bytes.as_chunks::<3>().0.iter();
    let symbols = triples.flat_map(|[a, b, c]| {
        let bits = u32::from(*a) << 16 | u32::from(*b) << 8 | u32::from(*c);
        [18, 12, 6, 0].map(|shift| char::from(ALPHABET[(bits >> shift & 63) as usize]))
    });
    symbols.collect()
}

/// Folds bytes as a code's spelling folds: letters upper case, everything else gone, look-alikes one.
fn folded(bytes: &[u8]) -> Vec<u8> {
    let kept = bytes.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_uppercase);
    kept.map(|byte| match byte {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        other => other,
    })
    .collect()
}

/// Bytes with `%2d` and its like read.
fn unescaped_url(bytes: &[u8]) -> Vec<u8> {
    unescaped(bytes, b"%", 2)
}

/// Bytes with `\u002d` and its like read.
fn unescaped_json(bytes: &[u8]) -> Vec<u8> {
    unescaped(bytes, b"\\u00", 2)
}

fn unescaped(bytes: &[u8], mark: &[u8], digits: usize) -> Vec<u8> {
    let (mut read, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let rest = &bytes[at..];
        let value = rest.strip_prefix(mark).and_then(|rest| rest.get(..digits));
        let value = value.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        if let Some(value) = value {
            read.push(value);
            at += mark.len() + digits;
        } else {
            read.push(bytes[at]);
            at += 1;
        }
    }
    read
}

/// Ways in which a secret word could be written somewhere: planted, each must be found.
#[must_use]
pub fn disguises(word: &str) -> Vec<Vec<u8>> {
    let bytes = word.as_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let url: String =
        word.chars().map(|symbol| if symbol == '-' { "%2D".to_owned() } else { symbol.into() }).collect();
    let json: String =
        word.chars().map(|symbol| if symbol == '-' { "\\u002d".to_owned() } else { symbol.into() }).collect();
    let padded = |before: &str| base64(&[before.as_bytes(), bytes, b"  "].concat());
    let utf16: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut all: Vec<Vec<u8>> = vec![bytes.to_vec(), utf16];
    let lower = word.to_lowercase();
    let texts = [lower, word.replace('-', " "), word.replace('-', ""), hex.to_uppercase(), hex, url, json];
    all.extend(texts.map(String::into_bytes));
    for before in ["", "x", "xy"] {
        let standard = padded(before);
        all.push(standard.replace('+', "-").replace('/', "_").into_bytes());
        all.push(standard.into_bytes());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        let codes = ["PSTN-6N6NW-S9B8B-XYXXT-K5NXF-Y9YZ2", "PSTN-0107-3777-6601-0445-3908-3157"];
        Secrets {
            codes: codes.map(str::to_owned).to_vec(),
            tokens: vec![(
                "token".to_owned(),
                "tok_0123456789abcdefghjkmnpqrstvwxyz0123456789abcdef".to_owned(),
            )],
            keys: vec![("key".to_owned(), (100..132).collect())],
        }
    }

    #[test]
    fn any_spelling_is_found_and_eleven_symbols_are_not() {
        let search = secrets().search();
        for text in ["x 6n6nw s9b8b xyxxt", "S9B8B-XYXXT-K5NXF", "…9b8bxyxxtk5n…"] {
            assert_eq!(search.found_in(text.as_bytes()), ["code 0"], "{text}");
        }
        assert!(search.found_in(b"6N6NW-S9B8B-X!").is_empty());
        assert_eq!(search.found_in(b"3777 6601 0445 390"), ["code 1"]);
        assert!(search.found_in(b"3777 6601 0445 39").is_empty());
    }

    #[test]
    fn every_disguise_is_found() {
        let secrets = secrets();
        let search = secrets.search();
        for (name, word) in
            [("code 0", &secrets.codes[0]), ("code 1", &secrets.codes[1]), ("token", &secrets.tokens[0].1)]
        {
            for disguise in disguises(word) {
                let found = search.found_in(&[b"before ".as_slice(), &disguise, b" after"].concat());
                assert_eq!(found, [name], "{}", String::from_utf8_lossy(&disguise));
            }
        }
        let key = &secrets.keys[0].1;
        let text = String::from_utf8(key.clone()).unwrap_or_default();
        let hex: String = key.iter().map(|byte| format!("{byte:02X}")).collect();
        for planted in [key.clone(), base64(key).into_bytes(), hex.into_bytes(), text.into_bytes()] {
            assert!(planted.is_empty() || search.found_in(&planted) == ["key"]);
        }
    }
}
