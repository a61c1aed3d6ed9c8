//! Where in one text codes stand, from begin to end: for whoever takes them out before it is saved.

use postern_codes::Prefix;
use zeroize::Zeroizing;

use crate::decode::views;
use crate::detect::Hit;
use crate::finding::{Confidence, RuleName};
use crate::place::Origin;
use crate::scanner::Scanner;

/// A range of a text in which a code stands, with its prefix and whatever separates its groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its first byte.
    pub start: usize,
    /// The byte behind its last.
    pub end: usize,
    /// The rule.
    pub rule: RuleName,
    /// How sure.
    pub confidence: Confidence,
}

impl Scanner {
    /// The ranges of a text in which codes stand, in order; none lies over another. Nothing is kept of it.
    #[must_use]
    pub fn spans(&self, text: &str) -> Vec<Span> {
        let bytes = text.as_bytes();
        // A text that was sent has no name.
        let origin = Origin::of("");
        let plain = self.look(&origin, bytes).into_iter().map(|hit| span(hit, bytes, |at| at));
        let mut spans: Vec<Span> = plain.collect();
        for view in views(bytes, Vec::new()) {
            let seen = self.look(&origin, view.bytes()).into_iter();
            spans.extend(seen.map(|hit| span(hit, view.bytes(), |at| view.source(at))));
        }
        spans.sort_by_key(|span| (span.start, span.end));
        let whole = |span: Span| Span {
            start: text.floor_char_boundary(span.start),
            end: text.ceil_char_boundary(span.end),
            ..span
        };
        spans.into_iter().map(whole).fold(Vec::new(), joined)
    }
}

fn span(hit: Hit, bytes: &[u8], source: impl Fn(usize) -> usize) -> Span {
    let end = end(bytes, &hit);
    Span { start: source(hit.start), end: source(end), rule: hit.rule, confidence: hit.confidence }
}

/// Where a code ends: at its last symbol, behind a prefix or not. If it cannot be told, as many letters and digits behind
/// its start as it has symbols.
fn end(bytes: &[u8], hit: &Hit) -> usize {
    let symbols = hit.code.bytes().filter(u8::is_ascii_alphanumeric).map(read);
    let code: Zeroizing<Vec<u8>> = Zeroizing::new(symbols.collect());
    let behind = bytes.iter().enumerate().skip(hit.start).filter(|(_, byte)| byte.is_ascii_alphanumeric());
    let symbols: Vec<(usize, u8)> =
        behind.take(Prefix::LONGEST + code.len()).map(|(at, byte)| (at, read(*byte))).collect();
    let is_code = |some: &&[(usize, u8)]| some.iter().map(|(_, symbol)| symbol).eq(code.iter());
    let found = symbols.windows(code.len().max(1)).find(is_code);
    let last = found.and_then(<[_]>::last).or_else(|| symbols.get(code.len().saturating_sub(1)));
    last.map_or(hit.start, |(at, _)| at + 1)
}

/// A symbol as the parser reads it.
const fn read(byte: u8) -> u8 {
    match byte.to_ascii_uppercase() {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        symbol => symbol,
    }
}

/// Ranges that lie over each other are one: as sure as the surest.
fn joined(mut spans: Vec<Span>, span: Span) -> Vec<Span> {
    match spans.last_mut().filter(|before| span.start < before.end) {
        None => spans.push(span),
        Some(before) => {
            let (start, end) = (before.start, before.end.max(span.end));
            if span.confidence > before.confidence {
                *before = span;
            }
            (before.start, before.end) = (start, end);
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DigestKey, Rules, Settings};

    fn seen(text: &str) -> Vec<(&str, String, Confidence)> {
        let key = DigestKey::new(b"made up");
        let scanner =
            Scanner::new(Settings { prefixes: Vec::new(), key, rules: Rules::all().unwrap().confirmed() })
                .unwrap();
        let spans = scanner.spans(text).into_iter();
        spans.map(|span| (&text[span.start..span.end], span.rule.into_owned(), span.confidence)).collect()
    }

    #[test]
    fn a_code_is_taken_out_whole_in_any_spelling() {
        let standard = "postern-standard".to_owned();
        for code in [
            "PSTN-CVG87-KK9E7-Y2F4M-SFA7C-0ZN58",
            "pstn cvg87 kk9e7 y2f4m sfa7c ozn58",
            "PSTN-CVG87-KK9E7-Y2F4M-SFA7C-&#48;ZN5&#56;",
            "PSTN-CVG87-KK9E7\\nY2F4M-SFA7C-0ZN58",
        ] {
            for text in [code.to_owned(), format!("é: my code is {code}, keep it ü")] {
                assert_eq!(seen(&text), [(code, standard.clone(), Confidence::Certain)], "{text}");
            }
        }
        let two = "PSTN-CVG87-KK9E7-Y2F4M-SFA7C-0ZN58 PSTN-6N6NW-S9B8B-XYXXT-K5NXF-Y9YZ2";
        assert_eq!(seen(two).len(), 2);
    }

    #[test]
    fn nothing_is_taken_out_of_other_text() {
        let mistyped = "PSTN-CVG87-KK9E7-Y2F4M-SFA7C-0ZN59";
        for text in ["", "Please call 555 0100 tomorrow.", mistyped] {
            assert!(seen(text).is_empty(), "{text}");
        }
    }
}
