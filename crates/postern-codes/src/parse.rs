//! Reading one typed word under the deployment's prefixes.

use zeroize::Zeroizing;

use crate::check::{self, Correction, Mask};
use crate::clean;
use crate::code::Code;
use crate::format::Format;
use crate::numeric;
use crate::outcome::{Parsed, Reading, Refusal};
use crate::prefix::Prefix;
use crate::typed::{Typed, names_a_slot};

/// The most characters that are read at all, counted before any normalisation.
pub const MAX_INPUT: usize = 200;

/// One way to divide the word: what it is under one listed prefix.
struct Division<'a> {
    prefix: &'a Prefix,
    format: Format,
    body: &'a [char],
}

/// Reads one typed word under the deployment's listed prefixes, newest first.
///
/// - Without a typed prefix the word is read as typed under each listed prefix, and corrected or restored
///   under the newest only.
/// - A typed prefix that is listed counts: the word is read, corrected and restored under it alone. Should
///   one listed prefix begin with another and nothing separate it from the code, a word that both divide is
///   read as typed under each, and corrected or restored under the newer.
/// - An unlisted prefix in front of a code is [`Refusal::OtherService`].
///
/// With one listed prefix the answer is that of the reference's `parse` on every text. An empty list stands
/// for the default prefix. The work is bounded by [`MAX_INPUT`] and the number of prefixes.
#[must_use]
pub fn parse(text: &str, prefixes: &[Prefix]) -> Parsed {
    let default = [Prefix::default()];
    let prefixes = if prefixes.is_empty() { &default } else { prefixes };
    read(text, prefixes).unwrap_or_else(Parsed::Refused)
}

/// Reads the bare symbols of a code of one prefix, as they stand: nothing between them, in either case, nothing corrected or
/// restored. For whoever looks through text that nobody typed as a code. The answer is that of [`parse`] for the prefix, a
/// hyphen and the symbols, if it reads them as typed.
#[must_use]
pub fn exact(symbols: &str, prefix: &Prefix) -> Option<Code> {
    let format = Format::of_length(symbols.len()).filter(|_| symbols.is_ascii())?;
    let mut body = Zeroizing::new(Vec::with_capacity(symbols.len()));
    body.extend(symbols.chars().map(|symbol| symbol.to_ascii_uppercase()));
    as_typed(&Division { prefix, format, body: &body })
}

fn read(text: &str, prefixes: &[Prefix]) -> Result<Parsed, Refusal> {
    if text.chars().nth(MAX_INPUT).is_some() {
        return Err(Refusal::TooLong);
    }
    let text = clean::normalise(text);
    if clean::codes_begun(&text, prefixes) > 1 {
        return Err(Refusal::SeveralCodes);
    }
    let line = clean::without_list_marker(&text);
    let leading = clean::leading_word(line);
    let leading = leading.as_ref().map(|word| word.as_str());
    let symbols = clean::squeeze(line);
    let divisions = divide(&symbols, leading, prefixes);
    match divisions.as_slice() {
        [] => Err(why_not_one_code(symbols.len(), leading)),
        [newest, ..] => match divisions.iter().find_map(as_typed) {
            Some(code) => Ok(Parsed::Testable { code, reading: Reading::AsTyped }),
            None => amend(newest),
        },
    }
}

/// The ways to divide the symbols into a listed prefix, typed or not, and the symbols of a code.
///
/// Whether there is a prefix is never in doubt: no two lengths of codes differ by the length of a prefix.
fn divide<'a>(symbols: &'a [char], leading: Option<&str>, prefixes: &'a [Prefix]) -> Vec<Division<'a>> {
    if let Some(format) = Format::of_length(symbols.len()) {
        return prefixes.iter().map(|prefix| Division { prefix, format, body: symbols }).collect();
    }
    let behind = |prefix: &'a Prefix| {
        let (letters, body) = symbols.split_at_checked(prefix.as_str().len())?;
        let format = Format::of_length(body.len())?;
        letters.iter().copied().eq(prefix.as_str().chars()).then_some(Division { prefix, format, body })
    };
    let mut divisions: Vec<_> = prefixes.iter().filter_map(behind).collect();
    // A separator behind a listed prefix settles which one was meant.
    if let Some(meant) = divisions.iter().position(|division| leading == Some(division.prefix.as_str())) {
        divisions = divisions.into_iter().skip(meant).take(1).collect();
    }
    divisions
}

/// Why a word of that many symbols, which cannot be divided, is not one code.
fn why_not_one_code(symbols: usize, leading: Option<&str>) -> Refusal {
    if Format::ALL.into_iter().any(|format| symbols == 2 * format.symbols()) {
        return Refusal::SeveralCodes;
    }
    // A listed prefix in front of a code would have divided the word, so this one is not listed.
    let behind = leading.and_then(|word| symbols.checked_sub(word.len()));
    match behind.and_then(Format::of_length) {
        Some(_) => Refusal::OtherService,
        None if symbols == 0 => Refusal::Empty,
        None => Refusal::WrongLength,
    }
}

/// The code, if every symbol was typed and its check symbols are right.
fn as_typed(division: &Division<'_>) -> Option<Code> {
    let Division { prefix, format, body } = *division;
    let typed = Typed::read(body, format).ok()?;
    let right = match format {
        Format::Standard | Format::Compact => check::is_right(&typed.values, Mask::new(prefix, format)),
        Format::Numeric => numeric::is_right(&typed.values),
    };
    let whole = typed.holes.is_empty() && names_a_slot(&typed.values, format);
    (right && whole).then(|| Code::from_values(format, &typed.values))
}

/// The one candidate that correcting a symbol or filling in unreadable ones gives. Never both.
fn amend(division: &Division<'_>) -> Result<Parsed, Refusal> {
    let Division { prefix, format, body } = *division;
    let mut typed = Typed::read(body, format)?;
    let group = typed.certainly_wrong_group(format);
    let reading = match (format, typed.holes.as_slice()) {
        (Format::Numeric, []) => None,
        (Format::Numeric, &[hole]) => numeric::restore(&mut typed.values, hole).then_some(Reading::Restored),
        (Format::Numeric, _) => None,
        (Format::Standard | Format::Compact, []) => {
            match check::correct(&mut typed.values, Mask::new(prefix, format)) {
                // Right, but not a code as typed: its slot is zero.
                Correction::NotNeeded | Correction::Impossible => None,
                Correction::At(position) => {
                    u8::try_from(position).ok().map(|position| Reading::Corrected { position })
                }
            }
        }
        (Format::Standard | Format::Compact, holes) => {
            check::restore(&mut typed.values, holes, Mask::new(prefix, format)).then_some(Reading::Restored)
        }
    };
    Ok(match reading.filter(|_| names_a_slot(&typed.values, format)) {
        Some(reading) => Parsed::Testable { code: Code::from_values(format, &typed.values), reading },
        None => Parsed::Typo { format, group },
    })
}
