//! From what people type to bare symbols: normalisation, prefixes in the text, list markers, separators.
//!
//! Each function stands for one regular expression or comprehension of the reference, quoted in its
//! documentation, and gives the same answer on every text.

use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use crate::prefix::Prefix;

/// Typed text as characters, overwritten when dropped.
pub(crate) type Characters = Zeroizing<Vec<char>>;

/// The text in normalisation form KC. One character becomes at most 18. The normaliser's own buffer of a few
/// characters is not overwritten.
pub(crate) fn normalise(text: &str) -> Characters {
    // Counted first, since a vector that grows leaves copies of itself behind.
    let mut characters = Zeroizing::new(Vec::with_capacity(text.nfkc().count()));
    characters.extend(text.nfkc());
    characters
}

/// How many codes begin with a listed prefix: `(?:^|[\s,;])PREFIX[^A-Za-z0-9?]`, ignoring case, without
/// overlap.
///
/// A prefix counts only at the start or after white space, comma or semicolon, since a group may end in its
/// letters.
pub(crate) fn codes_begun(text: &[char], prefixes: &[Prefix]) -> usize {
    let begins = |text| prefixes.iter().find_map(|prefix| after_prefix(text, prefix));
    let mut count = 0;
    let mut rest = text;
    if let Some(after) = begins(text) {
        count += 1;
        rest = after;
    }
    while let [first, next @ ..] = rest {
        let after = if is_break(*first) { begins(next) } else { None };
        count += usize::from(after.is_some());
        rest = after.unwrap_or(next);
    }
    count
}

/// What follows `prefix` and the character that ends it.
fn after_prefix<'a>(text: &'a [char], prefix: &Prefix) -> Option<&'a [char]> {
    let prefix = prefix.as_str();
    let (typed, rest) = text.split_at_checked(prefix.len())?;
    let same = typed.iter().zip(prefix.chars()).all(|(typed, letter)| typed.eq_ignore_ascii_case(&letter));
    match rest {
        [end, after @ ..] if same && !continues_word(*end) => Some(after),
        _ => None,
    }
}

/// `[\s,;]`. The reference counts the four separator controls as white space, Unicode does not.
fn is_break(character: char) -> bool {
    character.is_whitespace() || matches!(character, ',' | ';' | '\u{1c}'..='\u{1f}')
}

/// `[A-Za-z0-9?]`, ignoring case: that takes in the dotted capital and the dotless small i.
fn continues_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '?' | '\u{130}' | '\u{131}')
}

/// The text without the marker of a pasted list, as in "3. ": `^[ \t]*[0-9]{1,2}[.):][ \t]+`.
pub(crate) fn without_list_marker(text: &[char]) -> &[char] {
    let number = without_blanks(text);
    let digits = number.iter().take_while(|character| character.is_ascii_digit()).count();
    match number.get(digits..) {
        Some(['.' | ')' | ':', ' ' | '\t', rest @ ..]) if matches!(digits, 1 | 2) => without_blanks(rest),
        _ => text,
    }
}

/// The text from the first character that is neither space nor tab.
fn without_blanks(text: &[char]) -> &[char] {
    let blanks = text.iter().take_while(|character| matches!(character, ' ' | '\t')).count();
    text.get(blanks..).unwrap_or_default()
}

/// The letters in front, in upper case, if they could be a prefix:
/// `[ \t]*([A-Za-z]{2,6})[-_ \u2010-\u2015\u2212]`.
pub(crate) fn leading_word(text: &[char]) -> Option<Zeroizing<String>> {
    let word = without_blanks(text);
    let letters = word.iter().take_while(|character| character.is_ascii_alphabetic()).count();
    let (letters, rest) = word.split_at_checked(letters)?;
    let fits = (Prefix::SHORTEST..=Prefix::LONGEST).contains(&letters.len());
    let ended = matches!(rest, ['-' | '_' | ' ' | '\u{2010}'..='\u{2015}' | '\u{2212}', ..]);
    // Six is the most there can be: the string does not grow.
    let mut leading = Zeroizing::new(String::with_capacity(Prefix::LONGEST));
    (fits && ended).then(|| {
        leading.extend(letters.iter().map(char::to_ascii_uppercase));
        leading
    })
}

/// The text without separators, ASCII letters in upper case. Other letters stay as they are: they are foreign.
pub(crate) fn squeeze(text: &[char]) -> Characters {
    let mut symbols = Zeroizing::new(Vec::with_capacity(text.len()));
    symbols.extend(text.iter().filter(|c| !is_separator(**c)).map(char::to_ascii_uppercase));
    symbols
}

/// The closed list of separators and invisible characters.
fn is_separator(character: char) -> bool {
    matches!(
        character,
        ' ' | '\t' | '\r' | '\n' | '-' | '_' | '.' | '\u{a0}' | '\u{ad}'
            // Spaces of all widths, zero-width space and joiners.
            | '\u{2000}'..='\u{200d}' | '\u{202f}' | '\u{205f}' | '\u{2060}' | '\u{3000}' | '\u{feff}'
            // Hyphens, dashes and the minus sign.
            | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}'
    )
}
