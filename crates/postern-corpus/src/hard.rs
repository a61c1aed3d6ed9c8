//! Documents without a code in which everything else could make one believe in codes: lists of the right length, and
//! talk about backup codes beside them.

use crate::dice::Dice;
use crate::document::{Class, Document, SOURCES};
use crate::negatives::KINDS;

/// What is said besides the heading.
const TALK: [(&str, &str); 2] = [
    ("not about codes", ""),
    ("talk of codes", "They also asked for new backup codes, I sent them the help page. "),
];

/// Documents of every kind of negative, source and talk.
pub fn hard(seed: u64) -> impl Iterator<Item = Document> {
    let mut dice = Dice::new(seed);
    let cases = KINDS.into_iter().flat_map(|kind| {
        TALK.into_iter().flat_map(move |talk| SOURCES.into_iter().map(move |source| (kind, talk, source)))
    });
    cases.map(move |(kind, (spelling, talk), (source, write))| {
        let count = 3 + dice.below(15);
        let items: Vec<String> = (0..count).map(|_| (kind.make)(&mut dice)).collect();
        let words = [format!("{talk}{}", kind.heading), "please have a look".to_owned()];
        let bytes = write(&mut dice, &words, &items);
        let name = format!("{source}.txt");
        Document {
            source,
            spelling,
            kind: kind.name,
            class: Class::Nothing,
            name,
            bytes,
            planted: Vec::new(),
        }
    })
}
