//! Searching everything that was written for codes, in any spelling.

use std::path::Path;

/// Symbols in a row that count as a leak: 12 of a base32 code.
const IN_A_ROW: usize = 12;
/// Digits in a row that count as a leak of a numeric code.
const DIGITS_IN_A_ROW: usize = 15;

/// A needle: every run of a code's symbols that must not appear.
fn runs(code: &str) -> Vec<String> {
    let symbols: String =
        code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    let body = symbols.trim_start_matches("PSTN");
    let length = if body.bytes().all(|byte| byte.is_ascii_digit()) { DIGITS_IN_A_ROW } else { IN_A_ROW };
    (0..=body.len().saturating_sub(length)).map(|at| body[at..at + length].to_owned()).collect()
}

/// Folds bytes as a code's spelling folds: letters upper case, separators gone, look-alikes one.
fn folded(bytes: &[u8]) -> Vec<u8> {
    let kept = bytes.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_uppercase);
    kept.map(|byte| match byte {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        other => other,
    })
    .collect()
}

/// The codes of which a leak-sized part is in `bytes`.
#[must_use]
pub fn found_in(bytes: &[u8], codes: &[String]) -> Vec<usize> {
    let hay = folded(bytes);
    let windows: std::collections::HashSet<&[u8]> =
        hay.windows(IN_A_ROW).chain(hay.windows(DIGITS_IN_A_ROW)).collect();
    let leaked = |code: &String| runs(code).iter().any(|run| windows.contains(run.as_bytes()));
    codes.iter().enumerate().filter(|(_, code)| leaked(code)).map(|(at, _)| at).collect()
}

/// Searches every file under a folder; gives each file with a leak and how many codes leaked there.
#[must_use]
pub fn found_under(folder: &Path, codes: &[String]) -> Vec<(String, usize)> {
    let mut leaks = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            leaks.extend(found_under(&path, codes));
        } else if let Ok(bytes) = std::fs::read(&path) {
            let found = found_in(&bytes, codes);
            if !found.is_empty() {
                leaks.push((path.display().to_string(), found.len()));
            }
        }
    }
    leaks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_spelling_is_found_and_eleven_symbols_are_not() {
        let codes = vec!["PSTN-6N6NW-S9B8B-XYXXT-K5NXF-Y9YZ2".to_owned()];
        for text in ["x 6n6nw s9b8b xyxxt", "S9B8B-XYXXT-K5NXF", "…9b8bxyxxtk5n…"] {
            assert_eq!(found_in(text.as_bytes(), &codes), [0], "{text}");
        }
        assert!(found_in(b"6N6NW-S9B8B-X!", &codes).is_empty());
        let digits = vec!["PSTN-0107-3777-6601-0445-3908-3157".to_owned()];
        assert_eq!(found_in(b"3777 6601 0445 390", &digits), [0]);
    }
}
