//! Codes of this service, in every format and spelling.

use postern_codes::{Format, Prefix, generate};

use crate::dice::Dice;
use crate::document::{Class, Document, SOURCES, Spelling};

/// The default prefix as it stands before a code.
const PREFIX: &str = "PSTN-";

/// A made-up code as it is shown: the same for the same number.
#[must_use]
pub fn made_up(format: Format, number: u64) -> String {
    under(&Prefix::default(), format, number)
}

/// The same under another prefix.
#[must_use]
pub fn under(prefix: &Prefix, format: Format, number: u64) -> String {
    let mut dice = Dice::new(number);
    let slot = u8::try_from(number % 30 + 1).unwrap_or(1);
    let code = generate(format, slot, prefix, &mut |bytes| {
        bytes.iter_mut().for_each(|byte| *byte = dice.byte());
    });
    code.display(prefix).to_string()
}

/// Documents of every format, spelling, source and size of set, with prefix and without.
pub fn own(seed: u64) -> impl Iterator<Item = Document> {
    let mut dice = Dice::new(seed);
    let cases = Format::ALL.into_iter().flat_map(|format| {
        [true, false].into_iter().flat_map(move |prefixed| {
            Spelling::ALL.into_iter().flat_map(move |spelling| {
                SOURCES
                    .into_iter()
                    .flat_map(move |source| [1, 10].map(|count| (format, prefixed, spelling, source, count)))
            })
        })
    });
    cases.map(move |(format, prefixed, spelling, (source, write), count)| {
        let planted: Vec<String> = (0..count).map(|_| made_up(format, dice.roll())).collect();
        let bare = |code: &String| match code.strip_prefix(PREFIX) {
            Some(bare) if !prefixed => spelling.of(bare),
            _ => spelling.of(code),
        };
        let spelled: Vec<String> = planted.iter().map(bare).collect();
        let words = [words(&mut dice, 9), words(&mut dice, 5)];
        let bytes = write(&mut dice, &words, &spelled);
        let kind = format.name();
        let class = if prefixed { Class::Prefixed } else { Class::Bare };
        Document {
            source,
            spelling: spelling.name(),
            kind,
            class,
            name: format!("{source}.txt"),
            bytes,
            planted,
        }
    })
}

/// Codes of another deployment, whose prefix nobody gave: to be left, or possible at most.
#[must_use]
pub fn foreign(count: u64) -> String {
    let Ok(prefix) = Prefix::new("ACME") else { return String::new() };
    (0..count).map(|number| under(&prefix, Format::Standard, number) + "\n").collect()
}

/// Words around codes that say nothing of them.
fn words(dice: &mut Dice, count: usize) -> String {
    const WORDS: [&str; 16] = [
        "please",
        "keep",
        "these",
        "somewhere",
        "safe",
        "they",
        "work",
        "once",
        "ticket",
        "login",
        "thanks",
        "phone",
        "yesterday",
        "could",
        "7th",
        "still",
    ];
    (0..count).map(|_| dice.one_of(&WORDS).to_owned() + " ").collect()
}
