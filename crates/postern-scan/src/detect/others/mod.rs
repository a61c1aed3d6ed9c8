//! Codes of other providers, by rules in data files. None has check symbols: what speaks for them is a set of equal
//! shape, its number, what it looks drawn from, and what the text and the file's name say.

mod context;
mod file;
mod form;
mod judge;
mod label;
mod random;
mod run;
mod score;
mod text;
mod token;

use zeroize::Zeroizing;

pub use self::file::{RuleFault, Rules};
use self::form::Behind;
use self::judge::{Judge, Verdict};
use self::run::runs;
pub use self::text::Example;
use self::token::{Shape, Token, is_joined};
use super::words::{Kinds, LONGEST, Wanted};
use super::{Detector, Hit, Text};

/// What digests of other providers' codes are made under.
const LABEL: &str = "other";

/// A shape, and what the first word of its codes must and may be made of and has behind it: most words of a text are told
/// apart by that.
struct First {
    shape: usize,
    must: Kinds,
    may: Kinds,
    behind: Behind,
}

/// Finds codes of other providers.
pub(crate) struct Others {
    shapes: Vec<Shape>,
    /// Shapes whose codes begin with a word of this length.
    by_length: Vec<Vec<First>>,
    judge: Judge,
}

impl Others {
    /// By these rules.
    pub(crate) fn new(rules: Rules) -> Result<Self, RuleFault> {
        let shapes = rules.shapes;
        let judge = Judge::new(rules.rules, &rules.words)?;
        let is_sought = |number: &usize, length: usize| {
            judge.fewest(*number).is_some()
                && shapes.get(*number).is_some_and(|shape| shape.begins_with(length))
        };
        let of_length = |length| {
            let sought = shapes.iter().enumerate().filter(|(number, _)| is_sought(number, length));
            let firsts = sought.map(|(number, shape)| {
                let (must, may) = shape.first_words(length);
                First { shape: number, must, may, behind: shape.behind(length) }
            });
            firsts.collect()
        };
        let by_length = (0..=LONGEST).map(of_length).collect();
        Ok(Self { by_length, judge, shapes })
    }

    /// The tokens of each shape that cannot well be words.
    fn tokens(&self, text: &Text<'_>) -> Vec<Vec<Token>> {
        let mut tokens: Vec<Vec<Token>> = self.shapes.iter().map(|_| Vec::new()).collect();
        for word in text.words {
            if is_joined(text.bytes, word.start) {
                continue;
            }
            let firsts = self.by_length.get(word.length).into_iter().flatten();
            let next = text.bytes.get(word.end()).copied();
            let fits = |first: &&First| {
                word.kinds.has(first.must) && word.kinds.within(first.may) && first.behind.may_be(next)
            };
            for first in firsts.filter(fits) {
                let (shape, seen) = (self.shapes.get(first.shape), tokens.get_mut(first.shape));
                let Some((shape, seen)) = shape.zip(seen) else { continue };
                let overlaps = seen.last().is_some_and(|before| before.end > word.start);
                let token = shape.token(text.bytes, *word).filter(|_| !overlaps);
                seen.extend(token.filter(|token| shape.is_plain(text.bytes, *token)));
            }
        }
        tokens
    }
}

impl Detector for Others {
    fn wants(&self) -> Wanted {
        let lengths = self.by_length.iter().enumerate().filter(|(_, shapes)| !shapes.is_empty());
        Wanted::marked(lengths.map(|(length, _)| length))
    }

    fn look(&self, text: &Text<'_>, hits: &mut Vec<Hit>) {
        for (number, tokens) in self.tokens(text).iter().enumerate() {
            let Some(shape) = self.shapes.get(number) else { continue };
            for plain in runs(tokens) {
                if let Some(verdict) = self.judge.verdict(text, (number, shape), plain) {
                    tell(text, &verdict, hits);
                }
            }
        }
    }
}

/// A hit for each token of a run.
fn tell(text: &Text<'_>, verdict: &Verdict, hits: &mut Vec<Hit>) {
    for token in &verdict.run.tokens {
        hits.push(Hit {
            start: token.start,
            rule: verdict.rule.clone().into(),
            confidence: verdict.confidence,
            // The same code is known again, whichever provider is named beside it.
            label: LABEL.into(),
            is_own: false,
            code: symbols(text.bytes, *token),
            siblings: verdict.different,
        });
    }
}

/// A token's letters and digits, without what separates them.
fn symbols(bytes: &[u8], token: Token) -> Zeroizing<String> {
    let bytes = bytes.get(token.start..token.end).unwrap_or_default();
    let symbols = bytes.iter().filter(|byte| byte.is_ascii_alphanumeric());
    let mut code = Zeroizing::new(String::with_capacity(bytes.len()));
    code.extend(symbols.map(|byte| char::from(*byte)));
    code
}
