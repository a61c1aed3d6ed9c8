//! Rules as data: files of shapes and rules (TOML), built in or one's own.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use sha2::{Digest as _, Sha256};

use super::context::Words;
use super::form::{Alphabet, Form};
use super::text::{Example, File, RuleText, ShapeText, Status};
use super::token::Shape;

/// The files that are built in.
const BUILT_IN: [&str; 5] = [
    include_str!("../../../rules/shapes.toml"),
    include_str!("../../../rules/accounts.toml"),
    include_str!("../../../rules/development.toml"),
    include_str!("../../../rules/identity.toml"),
    include_str!("../../../rules/frameworks.toml"),
];
/// And the words around codes.
const WORDS: &str = include_str!("../../../rules/words.toml");

/// Why a file of rules cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RuleFault {
    /// It is no TOML, or has fields that rules do not have.
    #[error("it is no file of rules")]
    Text(#[from] toml::de::Error),
    /// A shape's form or alphabet cannot be read.
    #[error("the shape {0} has a form or an alphabet that is none")]
    Form(String),
    /// A rule names a shape that is not there.
    #[error("the rule {0} names a shape that is not there")]
    NoShape(String),
    /// A name stands twice.
    #[error("{0} stands twice")]
    Twice(String),
    /// The name of a file is no glob.
    #[error("the rule {0} has a file name that is no glob")]
    Glob(String, #[source] globset::Error),
    /// There are more words than a search can hold.
    #[error("there are too many words to search for")]
    Words(#[from] aho_corasick::BuildError),
}

/// Rules of other providers' codes.
pub struct Rules {
    pub(super) shapes: Vec<Shape>,
    pub(super) rules: Vec<Rule>,
    pub(super) words: Words,
    /// Over all that was read.
    digest: Sha256,
}

/// One provider's codes.
pub(super) struct Rule {
    pub(super) name: String,
    /// The number of its shape.
    pub(super) shape: usize,
    pub(super) counts: Vec<usize>,
    pub(super) siblings: usize,
    pub(super) named: Vec<String>,
    pub(super) files: GlobSet,
    is_confirmed: bool,
    find: Vec<Example>,
    leave: Vec<Example>,
}

impl Rules {
    /// The rules that come with the scanner, also those whose shape no source shows.
    ///
    /// # Errors
    /// None, as a test shows.
    pub fn all() -> Result<Self, RuleFault> {
        let words = toml::from_str(WORDS)?;
        let digest = Sha256::new_with_prefix(WORDS);
        let mut rules = Self { shapes: Vec::new(), rules: Vec::new(), words, digest };
        BUILT_IN.into_iter().try_for_each(|text| rules.add(text))?;
        Ok(rules)
    }

    /// Without those whose shape no source shows.
    #[must_use]
    pub fn confirmed(mut self) -> Self {
        self.rules.retain(|rule| rule.is_confirmed);
        self
    }

    /// Adds a file of one's own. It may use the shapes that are there.
    ///
    /// # Errors
    /// [`RuleFault`] if it cannot be used.
    pub fn add(&mut self, text: &str) -> Result<(), RuleFault> {
        let file: File = toml::from_str(text)?;
        self.digest.update(text);
        for shape in file.shape {
            self.add_shape(shape)?;
        }
        file.rule.into_iter().try_for_each(|rule| self.add_rule(rule))
    }

    /// Tells these rules from others.
    pub(crate) fn name(&self) -> String {
        let digest = self.digest.clone().finalize();
        let digest: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        format!("{digest} {}", self.rules.len())
    }

    /// Each rule's name with what it must find and what it must leave.
    pub fn examples(&self) -> impl Iterator<Item = (&str, &[Example], &[Example])> {
        self.rules.iter().map(|rule| (rule.name.as_str(), rule.find.as_slice(), rule.leave.as_slice()))
    }

    fn add_shape(&mut self, text: ShapeText) -> Result<(), RuleFault> {
        if self.shapes.iter().any(|shape| shape.name == text.name) {
            return Err(RuleFault::Twice(text.name));
        }
        let forms: Option<Vec<Form>> = text.forms.iter().map(|form| Form::read(form)).collect();
        let (Some(forms), Some(alphabet)) = (forms, Alphabet::read(&text.alphabet)) else {
            return Err(RuleFault::Form(text.name));
        };
        self.shapes.push(Shape { name: text.name, forms, alphabet, weight: text.weight });
        Ok(())
    }

    fn add_rule(&mut self, text: RuleText) -> Result<(), RuleFault> {
        if self.rules.iter().any(|rule| rule.name == text.name) {
            return Err(RuleFault::Twice(text.name));
        }
        let Some(shape) = self.shapes.iter().position(|shape| shape.name == text.shape) else {
            return Err(RuleFault::NoShape(text.name));
        };
        let files = globs(&text.files).map_err(|fault| RuleFault::Glob(text.name.clone(), fault))?;
        self.rules.push(Rule {
            name: text.name,
            shape,
            counts: text.counts,
            siblings: text.siblings,
            named: text.named,
            files,
            is_confirmed: text.status == Status::Confirmed,
            find: text.find,
            leave: text.leave,
        });
        Ok(())
    }
}

/// Names of files, in either case.
pub(super) fn globs(names: &[String]) -> Result<GlobSet, globset::Error> {
    let mut set = GlobSetBuilder::new();
    for name in names {
        set.add(GlobBuilder::new(name).case_insensitive(true).build()?);
    }
    set.build()
}
