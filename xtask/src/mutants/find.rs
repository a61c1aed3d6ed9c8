//! Every place of a file that can be changed.

use syn::visit::{self, Visit};
use syn::{Arm, Attribute, Block, Expr, GenericArgument, ImplItem, Item, Pat, Signature, TraitItem, Type};

use super::edit::Edit;
use super::found::{Found, Mutant};
use super::left_out::{holds_let, is_assignment, is_for_tests, says, shows};
use super::operators::{bytes, of_one, of_two};
use super::values::values;

/// Every mutant of a file, with its edit: an outer one before those inside it. They are numbered from `first`.
pub(super) fn find(source: &str, first: u32) -> syn::Result<Vec<(Mutant, Edit)>> {
    let file = syn::parse_file(source)?;
    let mut walk = Walk { source, owner: String::new(), found: Found::new(first) };
    file.items.iter().for_each(|item| walk.visit_item(item));
    Ok(walk.found.all)
}

struct Walk<'a> {
    source: &'a str,
    owner: String,
    found: Found,
}

impl Walk<'_> {
    /// A function's body, each time left at once with a plain value, and everything inside it.
    fn function(&mut self, signature: &Signature, block: &Block) {
        if signature.constness.is_some() {
            return;
        }
        let separator = if self.owner.is_empty() { "" } else { "::" };
        let named = format!("{}{separator}{}", self.owner, signature.ident);
        let outer = std::mem::replace(&mut self.found.function, named);
        let braces = &block.brace_token.span;
        let (start, end) = (bytes(&braces.open()).end, bytes(&braces.close()).start);
        let body = self.source.get(start..end).unwrap_or_default().trim();
        for value in values(signature).into_iter().filter(|value| !says(body, value)) {
            self.found.body(signature.ident.span(), start, &value);
        }
        self.visit_block(block);
        self.found.function = outer;
    }

    /// Everything inside, where functions belong to that.
    fn inside(&mut self, owner: String, visit: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.owner, owner);
        visit(self);
        self.owner = outer;
    }
}

impl Visit<'_> for Walk<'_> {
    fn visit_item(&mut self, item: &Item) {
        match item {
            Item::Fn(of) if !is_for_tests(&of.attrs) => self.function(&of.sig, &of.block),
            Item::Impl(of) if !is_for_tests(&of.attrs) && !shows(of) => {
                self.inside(owner(&of.self_ty), |walk| visit::visit_item_impl(walk, of));
            }
            Item::Trait(of) => self.inside(of.ident.to_string(), |walk| visit::visit_item_trait(walk, of)),
            Item::Mod(of) if !is_for_tests(&of.attrs) => visit::visit_item_mod(self, of),
            // Everything else is worked out by the compiler, or holds no expression.
            _ => {}
        }
    }

    fn visit_impl_item(&mut self, item: &ImplItem) {
        if let ImplItem::Fn(of) = item
            && !is_for_tests(&of.attrs)
        {
            self.function(&of.sig, &of.block);
        }
    }

    fn visit_trait_item(&mut self, item: &TraitItem) {
        if let TraitItem::Fn(of) = item
            && let Some(block) = &of.default
        {
            self.function(&of.sig, block);
        }
    }

    fn visit_arm(&mut self, arm: &Arm) {
        if let Some((_, guard)) = &arm.guard {
            if !holds_let(guard) {
                self.found.guard(guard);
            }
            self.visit_expr(guard);
        }
        self.visit_expr(&arm.body);
    }

    fn visit_expr(&mut self, expression: &Expr) {
        match expression {
            Expr::Binary(of) => {
                of_two(of).into_iter().for_each(|change| self.found.change(change));
                if !is_assignment(of) {
                    self.visit_expr(&of.left);
                }
                self.visit_expr(&of.right);
            }
            Expr::Unary(of) => {
                of_one(of).into_iter().for_each(|change| self.found.change(change));
                self.visit_expr(&of.expr);
            }
            // How often is worked out by the compiler.
            Expr::Repeat(of) => self.visit_expr(&of.expr),
            Expr::Const(_) => {}
            _ => visit::visit_expr(self, expression),
        }
    }

    fn visit_generic_argument(&mut self, _: &GenericArgument) {}

    fn visit_pat(&mut self, _: &Pat) {}

    fn visit_type(&mut self, _: &Type) {}

    fn visit_attribute(&mut self, _: &Attribute) {}
}

/// The name of the type that methods belong to.
fn owner(of: &Type) -> String {
    match of {
        Type::Path(path) => path.path.segments.last().map_or_else(String::new, |name| name.ident.to_string()),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::edit::rewrite;
    use super::find;

    /// What is changed in a function, in words.
    fn changes(source: &str) -> Vec<String> {
        find(source, 1).unwrap().into_iter().map(|(mutant, _)| mutant.what).collect()
    }

    /// The source with every switch in it, as it is written when all calls are `is(number)`.
    fn rewritten(source: &str) -> String {
        let found = find(source, 1).unwrap();
        let edits: Vec<_> = found.iter().map(|(_, edit)| edit).collect();
        rewrite(source, &edits).text.replace("crate::switch::", "")
    }

    #[test]
    fn operators_bodies_and_guards_are_changed() {
        let source = "fn f(a: u8, b: bool) -> bool { match a { 1 if b => a < 2 && !b, _ => a + 1 == 3 } }";
        let expected = [
            "gives `true`",
            "gives `false`",
            "the guard is `true`",
            "the guard is `false`",
            "`&&` becomes `||`",
            "`<` becomes `>=`",
            "`<` becomes `<=`",
            "`!` is taken away",
            "`==` becomes `!=`",
            "`+` becomes `-`",
        ];
        assert_eq!(changes(source), expected);
    }

    #[test]
    fn what_no_run_could_tell_or_no_switch_could_choose_is_left_alone() {
        for source in [
            "const fn f(a: u8) -> bool { a == 1 }",
            "const A: bool = 1 == 2;",
            "static A: [u8; 1 + 1] = [0; 1 + 1];",
            "#[cfg(test)] mod tests { fn f() -> bool { 1 == 2 } }",
            "impl Debug for A { fn fmt(&self) -> u8 { 1 + 1 } }",
            "fn f() {}",
            "fn f(a: Option<u8>) -> impl Sized { if let Some(b) = a && g(b) { assert!(a == b) } }",
            "enum A { B = 1 + 1 }",
        ] {
            assert_eq!(changes(source), [""; 0], "{source}");
        }
    }

    #[test]
    fn a_rewritten_file_keeps_its_lines_and_writes_each_operand_once() {
        let source = "fn f(a: bool) -> A {\n    g(a == b\n    && c)\n}";
        let expected = "fn f(a: bool) -> A { if is(1) { return Default::default(); }\n    \
            g((match (((a == b) != is(3))) { mutant_left => if mutant_left != is(2) { c } else { mutant_left } }))\n}";
        assert_eq!(rewritten(source).lines().count(), 3);
        assert_eq!(rewritten(source), expected);
    }

    #[test]
    fn every_rewritten_place_is_an_expression_still() {
        let source =
            "fn f(a: u8) -> u8 { let mut b = -a; b += a * 2 - (b ^ 1); if a <= b || b > a { b |= 4; } b }";
        syn::parse_file(&rewritten(source)).unwrap();
    }

    #[test]
    fn a_mutant_is_where_its_operator_is() {
        let found = find("impl A {\n    fn f(a: u8) -> [u8; 1] {\n        [a\n            + 1]\n    }\n}", 7)
            .unwrap();
        let (mutant, edit) = found.first().unwrap();
        assert_eq!((mutant.line, mutant.column, edit.mutant), (4, 13, 7));
        assert_eq!(mutant.function, "A::f");
    }
}
