//! The mutants of a file as they are found, each with its edit.

use proc_macro2::Span;
use syn::Expr;
use syn::spanned::Spanned as _;

use super::edit::Edit;
use super::edit::Piece::{Kept, New};
use super::operators::{Change, bytes};

/// A change of one place.
pub(super) struct Mutant {
    /// Line, from 1.
    pub(super) line: usize,
    /// Column, from 1.
    pub(super) column: usize,
    /// The function, with its type.
    pub(super) function: String,
    /// What is changed, in words.
    pub(super) what: String,
}

/// All that was found.
pub(super) struct Found {
    /// In the order of the tree.
    pub(super) all: Vec<(Mutant, Edit)>,
    /// The function in which it is looked.
    pub(super) function: String,
    first: u32,
}

impl Found {
    /// Nothing yet.
    pub(super) const fn new(first: u32) -> Self {
        Self { all: Vec::new(), function: String::new(), first }
    }

    /// Another operator.
    pub(super) fn change(&mut self, change: Change) {
        let Change { at, shown, pieces, parts, what } = change;
        self.add(shown, what, |mutant, switch| Edit { at, pieces: pieces(switch, &parts), mutant });
    }

    /// A function whose body starts there is left at once with a value.
    pub(super) fn body(&mut self, name: Span, start: usize, value: &str) {
        self.add(name, format!("gives `{value}`"), |mutant, switch| {
            let pieces = vec![New(format!(" if {switch} {{ return {value}; }}"))];
            Edit { at: start..start, pieces, mutant }
        });
    }

    /// A guard always holds, and never.
    pub(super) fn guard(&mut self, guard: &Expr) {
        let at = bytes(guard);
        for (value, operator) in [("true", "||"), ("false", "&& !")] {
            self.add(guard.span(), format!("the guard is `{value}`"), |mutant, switch| {
                let end = format!(") {operator}{switch})");
                let pieces = vec![New("((".to_owned()), Kept(at.clone()), New(end)];
                Edit { at: at.clone(), pieces, mutant }
            });
        }
    }

    /// One more, made with its number and the call that asks for its switch.
    fn add(&mut self, shown: Span, what: String, edit: impl FnOnce(u32, &str) -> Edit) {
        let mutant = self.first.saturating_add(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        let edit = edit(mutant, &format!("crate::switch::is({mutant})"));
        let start = shown.start();
        let function = self.function.clone();
        self.all.push((Mutant { line: start.line, column: start.column + 1, function, what }, edit));
    }
}
