//! Who records a fact: the functions in which it is made.

use syn::visit::Visit;
use syn::{Attribute, ExprPath, ImplItemFn, Item, ItemFn, ItemMod};

use super::super::rust::Source;

/// The functions that make this fact, by file.
pub(super) fn recorders(enumeration: &str, variant: &str, all: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in all {
        let mut walk = Walk { enumeration, variant, function: String::new(), found: Vec::new() };
        source.items.iter().for_each(|item: &Item| walk.visit_item(item));
        walk.found.dedup();
        let file = source.path.trim_start_matches("crates/postern-").replace("/src/", "/");
        found.extend(walk.found.into_iter().map(|function| format!("{file}: {function}")));
    }
    found
}

struct Walk<'a> {
    enumeration: &'a str,
    variant: &'a str,
    function: String,
    found: Vec<String>,
}

impl Visit<'_> for Walk<'_> {
    fn visit_item_fn(&mut self, of: &ItemFn) {
        self.function = of.sig.ident.to_string();
        syn::visit::visit_item_fn(self, of);
    }

    fn visit_impl_item_fn(&mut self, of: &ImplItemFn) {
        self.function = of.sig.ident.to_string();
        syn::visit::visit_impl_item_fn(self, of);
    }

    fn visit_item_mod(&mut self, of: &ItemMod) {
        if !of.attrs.iter().any(is_for_tests) {
            syn::visit::visit_item_mod(self, of);
        }
    }

    // A pattern is no expression, so what `evolve` reads is not taken for what is recorded.
    fn visit_expr_path(&mut self, of: &ExprPath) {
        let mut names = of.path.segments.iter().rev().map(|segment| &segment.ident);
        let (last, before) = (names.next(), names.next());
        if last.is_some_and(|name| name == self.variant)
            && before.is_some_and(|name| name == self.enumeration)
        {
            self.found.push(self.function.clone());
        }
        syn::visit::visit_expr_path(self, of);
    }
}

fn is_for_tests(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg")
}
