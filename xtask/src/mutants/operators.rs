//! What becomes of each operator.

use std::ops::Range;

use proc_macro2::Span;
use syn::spanned::Spanned as _;
use syn::{BinOp, Expr, ExprBinary, ExprUnary, UnOp};

use super::left_out::is_chain;
use super::pieces::{
    Parts, Pieces, and, assigned, compared, computed, minus_taken_away, not_taken_away, opposite, or,
};

/// A mutant of an expression.
pub(super) struct Change {
    /// Where the expression stands.
    pub(super) at: Range<usize>,
    /// Where the operator stands, for people.
    pub(super) shown: Span,
    /// What stands there instead, given the switch that asks for the mutant.
    pub(super) pieces: Pieces,
    /// The operands, and operators before and after.
    pub(super) parts: Parts,
    /// In words.
    pub(super) what: String,
}

/// The mutants of an expression with two operands, outer ones first.
pub(super) fn of_two(expression: &ExprBinary) -> Vec<Change> {
    let (left, right) = (&*expression.left, &*expression.right);
    changes(&expression.op)
        .iter()
        .filter(|_| !is_chain(expression))
        .map(|&(before, after, pieces)| Change {
            at: bytes(expression),
            shown: expression.op.span(),
            pieces,
            parts: Parts { left: bytes(left), right: bytes(right), before, after },
            what: format!("`{before}` becomes `{after}`"),
        })
        .collect()
}

/// The mutant of an expression with an operator in front, unless that is part of a number.
pub(super) fn of_one(expression: &ExprUnary) -> Option<Change> {
    let (before, pieces): (_, Pieces) = match (&expression.op, &*expression.expr) {
        (UnOp::Not(_), _) => ("!", not_taken_away),
        (UnOp::Neg(_), operand) if !matches!(operand, Expr::Lit(_)) => ("-", minus_taken_away),
        _ => return None,
    };
    let operand = bytes(&*expression.expr);
    Some(Change {
        at: bytes(expression),
        shown: expression.op.span(),
        pieces,
        parts: Parts { left: operand.clone(), right: operand, before, after: "" },
        what: format!("`{before}` is taken away"),
    })
}

/// Bytes that a part of the tree stands at.
pub(super) fn bytes(of: &impl syn::spanned::Spanned) -> Range<usize> {
    of.span().byte_range()
}

/// The operator, what becomes of it, and how both are written.
type Row = (&'static str, &'static str, Pieces);

/// What becomes of each operator.
const fn changes(operator: &BinOp) -> &'static [Row] {
    match operator {
        BinOp::And(_) => &[("&&", "||", and)],
        BinOp::Or(_) => &[("||", "&&", or)],
        BinOp::Eq(_) => &[("==", "!=", opposite)],
        BinOp::Ne(_) => &[("!=", "==", opposite)],
        BinOp::Lt(_) => &[("<", ">=", opposite), ("<", "<=", compared)],
        BinOp::Le(_) => &[("<=", ">", opposite), ("<=", "<", compared)],
        BinOp::Gt(_) => &[(">", "<=", opposite), (">", ">=", compared)],
        BinOp::Ge(_) => &[(">=", "<", opposite), (">=", ">", compared)],
        BinOp::Add(_) => &[("+", "-", computed)],
        BinOp::Sub(_) => &[("-", "+", computed)],
        BinOp::Mul(_) => &[("*", "/", computed)],
        BinOp::Div(_) => &[("/", "*", computed)],
        BinOp::Rem(_) => &[("%", "/", computed)],
        BinOp::BitAnd(_) => &[("&", "|", computed)],
        BinOp::BitOr(_) => &[("|", "&", computed)],
        BinOp::BitXor(_) => &[("^", "|", computed)],
        BinOp::Shl(_) => &[("<<", ">>", computed)],
        BinOp::Shr(_) => &[(">>", "<<", computed)],
        BinOp::AddAssign(_) => &[("+=", "-=", assigned)],
        BinOp::SubAssign(_) => &[("-=", "+=", assigned)],
        BinOp::BitOrAssign(_) => &[("|=", "&=", assigned)],
        BinOp::BitAndAssign(_) => &[("&=", "|=", assigned)],
        BinOp::BitXorAssign(_) => &[("^=", "|=", assigned)],
        _ => &[],
    }
}
