//! XML, read as its bytes come: nothing is held but the names that are open, no entity is expanded but the five that
//! need no declaration, and nothing outside the file is asked for.

mod entity;
mod markup;
mod text;

use self::entity::Entity;
use self::markup::{Markup, Step};
use super::build::{Build, DEEPEST};
use super::token::Token;

/// Where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Between tags, or in the value of an attribute that ends with this mark.
    Text(Option<u8>),
    /// Behind `&`, in either.
    Entity(Option<u8>),
    /// A section of character data, and how many brackets of its end were read.
    Data(u8),
    Markup,
    Lost,
}

/// Reads it.
pub(super) struct Xml {
    at: u64,
    state: State,
    markup: Markup,
    depth: usize,
    /// The text of the innermost element or the value of an attribute, and whether that is all the element holds.
    content: Token,
    is_leaf: bool,
    entity: Entity,
    fault: Option<&'static str>,
}

impl Xml {
    pub(super) fn new() -> Self {
        Self {
            at: 0,
            state: State::Text(None),
            markup: Markup::new(),
            depth: 0,
            content: Token::new(),
            is_leaf: false,
            entity: Entity::new(),
            fault: None,
        }
    }

    /// Reads on.
    pub(super) fn read(&mut self, mut bytes: &[u8], build: &mut Build) {
        while let Some(first) = bytes.first() {
            let taken = match self.state {
                State::Text(quote) => self.text(quote, bytes, build),
                State::Entity(quote) => self.entity(quote, *first, build),
                State::Data(brackets) => self.data(brackets, bytes, build),
                State::Markup => {
                    let (step, taken) = self.markup.step(*first);
                    self.step(step, build);
                    usize::from(taken)
                }
                State::Lost => bytes.len(),
            };
            self.at += taken as u64;
            bytes = bytes.get(taken..).unwrap_or_default();
        }
    }

    /// What is wrong with it, at its end.
    pub(super) fn end(&mut self, build: &mut Build) -> Option<&'static str> {
        build.close_all(self.at);
        let is_whole = self.depth == 0 && self.state == State::Text(None);
        self.fault.or((!is_whole).then_some("it ends in the middle"))
    }

    fn step(&mut self, step: Step, build: &mut Build) {
        match step {
            Step::On => {}
            Step::Text => self.state = State::Text(None),
            Step::Data => self.state = State::Data(0),
            Step::Value(quote) => {
                build.values.part();
                self.content.clear();
                self.state = State::Text(Some(quote));
            }
            Step::Opens(at) if self.depth < DEEPEST => {
                let name = build.known().spelled(self.markup.name());
                build.open(at, name);
                self.depth += 1;
            }
            Step::Opens(_) => self.lose("it is nested too deep", build),
            Step::Opened => self.opened(build),
            Step::Empty => {
                self.opened(build);
                self.is_leaf = false;
                self.close(build);
            }
            Step::Closed => self.close(build),
            Step::Broken => self.lose("something in it is no XML", build),
        }
    }

    fn opened(&mut self, build: &mut Build) {
        build.values.part();
        self.content.clear();
        self.is_leaf = true;
        self.state = State::Text(None);
    }

    fn attribute(&mut self, build: &mut Build) {
        let (known, whole) = (build.known(), self.content.whole().unwrap_or_default());
        build.value(known.spelled(self.markup.name()), whole);
        if known.named_by.is_some_and(|named_by| named_by.as_bytes() == self.markup.name()) {
            build.rename(known.spelled(whole));
        }
    }

    fn close(&mut self, build: &mut Build) {
        self.state = State::Text(None);
        if self.depth == 0 {
            return self.lose("something in it ends that did not begin", build);
        }
        self.depth -= 1;
        let name = build.close(self.at + 1);
        if std::mem::take(&mut self.is_leaf) {
            build.value(name, self.content.whole().unwrap_or_default());
        }
        build.values.part();
    }

    fn lose(&mut self, fault: &'static str, build: &mut Build) {
        (self.fault, self.state) = (Some(fault), State::Lost);
        build.close_all(self.at);
    }
}
