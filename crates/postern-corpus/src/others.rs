//! Sets of other providers in documents: with words around them, in their own files, half spent, and alone.

use crate::dice::Dice;
use crate::document::{Class, Document, SOURCES};
use crate::prose::SAID;
use crate::providers::{ALL, Provider};

/// What is known about a set besides its codes.
const TOLD: [(&str, Tell); 5] = [
    ("named", |dice, provider, set| (said(dice, provider.name), set)),
    // "the old" instead of the provider: some people name nothing.
    ("not named", |dice, _, set| (said(dice, "the old account"), set)),
    ("half spent", |dice, provider, set| {
        let left = set.len().div_ceil(2).max(set.len().min(3));
        (said(dice, provider.name), set.into_iter().take(left).collect())
    }),
    ("file", |_, _, set| ([String::new(), String::new()], set)),
    ("alone", |_, _, set| ([String::new(), String::new()], set)),
];

type Tell = fn(&mut Dice, &Provider, Vec<String>) -> ([String; 2], Vec<String>);

/// Documents of every provider, source and way of telling. A provider that gives no file is not met in one.
pub fn others(seed: u64) -> impl Iterator<Item = Document> {
    let mut dice = Dice::new(seed);
    let cases = ALL.into_iter().flat_map(|provider| {
        TOLD.into_iter()
            .flat_map(move |told| SOURCES.into_iter().map(move |source| (provider, told, source)))
            .filter(|(provider, (told, _), _)| *told != "file" || !provider.file.is_empty())
    });
    cases.map(move |(provider, (told, tell), (source, write))| {
        let set = provider.set(&mut dice);
        let (words, planted) = tell(&mut dice, &provider, set);
        let name = if told == "file" { provider.file.to_owned() } else { format!("{source}.txt") };
        let bytes = write(&mut dice, &words, &planted);
        let class = if provider.confirmed { Class::Confirmed } else { Class::Unconfirmed };
        Document { source, spelling: told, kind: provider.name, class, name, bytes, planted }
    })
}

fn said(dice: &mut Dice, provider: &str) -> [String; 2] {
    let at = dice.below(SAID.len());
    let (before, behind) = SAID.get(at).copied().unwrap_or_default();
    [before.replace("{}", provider), behind.to_owned()]
}
