//! A run of tokens judged: by which rule, and how sure it is.

use globset::GlobSet;
use zeroize::Zeroizing;

use super::context::{Context, Says, Words};
use super::file::{Rule, RuleFault, globs};
use super::label::leave_others;
use super::random::is_drawn;
use super::run::Run;
use super::score::{Count, Evidence, heard};
use super::symbols;
use super::token::{Shape, Token};
use crate::detect::Text;
use crate::finding::Confidence;

/// Bytes before and behind a run in which words count.
const AROUND: (usize, usize) = (400, 200);
/// And those around a code that stands alone.
const BESIDE: (usize, usize) = (160, 80);
/// Of a long run so many tokens are looked at.
const SAMPLE: usize = 200;

/// What runs are judged by.
pub(super) struct Judge {
    /// The rules that are searched for.
    rules: Vec<Rule>,
    context: Context,
    files: GlobSet,
    labels: Vec<String>,
}

/// A run that is worth telling.
pub(super) struct Verdict {
    pub(super) run: Run,
    pub(super) rule: String,
    pub(super) confidence: Confidence,
    /// How many different codes it has.
    pub(super) different: u32,
}

impl Judge {
    pub(super) fn new(rules: Vec<Rule>, words: &Words) -> Result<Self, RuleFault> {
        let named = rules
            .iter()
            .enumerate()
            .flat_map(|(number, rule)| rule.named.iter().map(move |name| (number, name.as_str())));
        let context = Context::new(words, named)?;
        let files = globs(&words.files).map_err(|fault| RuleFault::Glob("of words".to_owned(), fault))?;
        Ok(Self { rules, context, files, labels: words.labels.clone() })
    }

    /// The fewest siblings that a rule of this shape asks for. None if there is no rule of it.
    pub(super) fn fewest(&self, shape: usize) -> Option<usize> {
        self.of_shape(shape).map(|(_, rule)| rule.siblings).min()
    }

    /// Judges plain tokens that stand together, with what belongs to them.
    pub(super) fn verdict(
        &self,
        text: &Text<'_>,
        (number, shape): (usize, &Shape),
        plain: &[Token],
    ) -> Option<Verdict> {
        if plain.len() < self.fewest(number)? {
            return None;
        }
        let mut run = Run::of(text.bytes, shape, plain)?;
        leave_others(text.bytes, &mut run, &self.labels);
        let codes = different(text.bytes, &run);
        if !shape.is_signed() && !is_drawn(&codes) {
            return None;
        }
        let evidence = self.evidence(text, shape, &run);
        let says = self.says(text, &run);
        let rules = self.of_shape(number).filter(|(_, rule)| codes.len() >= rule.siblings);
        let judged = rules.map(|(at, rule)| {
            let count = Count::of(codes.len(), &rule.counts);
            let provider_file = names(text).any(|name| rule.files.is_match(name));
            (rule, heard(&says, at, Evidence { count, provider_file, ..evidence }))
        });
        // The first of those that say most.
        let (rule, evidence) = judged
            .filter(|(rule, evidence)| rule.siblings > 1 || evidence.is_for_one(shape.is_signed()))
            .reduce(|best, next| if next.1.points() > best.1.points() { next } else { best })?;
        let is_named = evidence.provider || evidence.provider_file || self.of_shape(number).count() == 1;
        let name = if is_named { &rule.name } else { &shape.name };
        let different = u32::try_from(codes.len()).unwrap_or(u32::MAX);
        Some(Verdict { rule: name.clone(), confidence: evidence.confidence()?, different, run })
    }

    fn of_shape(&self, shape: usize) -> impl Iterator<Item = (usize, &Rule)> {
        self.rules.iter().enumerate().filter(move |(_, rule)| rule.shape == shape)
    }

    /// What speaks for a run whichever rule it is judged by.
    fn evidence(&self, text: &Text<'_>, shape: &Shape, run: &Run) -> Evidence {
        let path = self.context.read(text.origin.to_string().as_bytes());
        Evidence {
            shape: shape.weight,
            is_list: run.is_list,
            file: names(text).any(|name| self.files.is_match(name)),
            example: path.contains(&Says::Example),
            ..Evidence::default()
        }
    }

    /// What the text around a run says, and what stands between its tokens.
    fn says(&self, text: &Text<'_>, run: &Run) -> Vec<Says> {
        let around = if run.tokens.len() == 1 { BESIDE } else { AROUND };
        let (Some(first), Some(last)) =
            (run.tokens.first(), run.tokens.get(..SAMPLE).unwrap_or(&run.tokens).last())
        else {
            return Vec::new();
        };
        let behind = text.bytes.len().min(last.end + around.1);
        let part = text.bytes.get(..behind).unwrap_or_default();
        self.context.read(part.get(first.start.saturating_sub(around.0)..).unwrap_or_default())
    }
}

/// The names of the file and of the parts in it, without folders.
fn names<'a>(text: &Text<'a>) -> impl Iterator<Item = &'a str> {
    let origin = text.origin;
    let last = |name: &'a str| name.rsplit(['/', '\\']).next();
    [origin.path.as_str()].into_iter().chain(origin.parts.iter().map(String::as_str)).filter_map(last)
}

/// The different codes of a run, in order.
fn different(bytes: &[u8], run: &Run) -> Vec<Zeroizing<String>> {
    let mut codes: Vec<Zeroizing<String>> = Vec::new();
    for token in run.tokens.iter().take(SAMPLE) {
        let code = symbols(bytes, *token);
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes
}
