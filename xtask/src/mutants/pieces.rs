//! How an operator and what becomes of it are written as one. Each operand stands once, so that operators inside operators
//! stay short; and each is asked for as often as it was, in the same order.

use std::ops::Range;

use super::edit::Piece::{self, Kept, New};

/// Writes an expression, given the switch that asks for its mutant.
pub(super) type Pieces = fn(&str, &Parts) -> Vec<Piece>;

/// What an expression is made of.
pub(super) struct Parts {
    /// The first operand.
    pub(super) left: Range<usize>,
    /// The last.
    pub(super) right: Range<usize>,
    /// The operator that stands there.
    pub(super) before: &'static str,
    /// What becomes of it.
    pub(super) after: &'static str,
}

impl Parts {
    /// Everything from the first operand to the last.
    const fn whole(&self) -> Range<usize> {
        self.left.start..self.right.end
    }
}

/// `left && right` asks for the right if the left holds.
pub(super) fn and(switch: &str, parts: &Parts) -> Vec<Piece> {
    lazy("!=", switch, parts)
}

/// `left || right` asks for the right if the left does not hold.
pub(super) fn or(switch: &str, parts: &Parts) -> Vec<Piece> {
    lazy("==", switch, parts)
}

fn lazy(asks: &str, switch: &str, parts: &Parts) -> Vec<Piece> {
    vec![
        New("(match (".to_owned()),
        Kept(parts.left.clone()),
        New(format!(") {{ mutant_left => if mutant_left {asks} {switch} {{ ")),
        Kept(parts.right.clone()),
        New(" } else { mutant_left } })".to_owned()),
    ]
}

/// A comparison, or its opposite.
pub(super) fn opposite(switch: &str, parts: &Parts) -> Vec<Piece> {
    vec![New("((".to_owned()), Kept(parts.whole()), New(format!(") != {switch})"))]
}

/// A comparison, or another of the same two.
pub(super) fn compared(switch: &str, parts: &Parts) -> Vec<Piece> {
    both(["&(", ")"], switch, parts)
}

/// What is worked out of two, or of the same two otherwise.
pub(super) fn computed(switch: &str, parts: &Parts) -> Vec<Piece> {
    both(["(", ")"], switch, parts)
}

fn both([open, close]: [&str; 2], switch: &str, parts: &Parts) -> Vec<Piece> {
    let Parts { before, after, .. } = parts;
    let chosen = format!("if {switch} {{ mutant_left {after} mutant_right }}");
    vec![
        New(format!("(match ({open}")),
        Kept(parts.left.clone()),
        New(format!("{close}, {open}")),
        Kept(parts.right.clone()),
        New(format!(
            "{close}) {{ (mutant_left, mutant_right) => {chosen} else {{ mutant_left {before} mutant_right }} }})"
        )),
    ]
}

/// The place to which it is assigned stands twice, and nothing inside it is changed.
pub(super) fn assigned(switch: &str, parts: &Parts) -> Vec<Piece> {
    let Parts { before, after, .. } = parts;
    vec![
        New("match (".to_owned()),
        Kept(parts.right.clone()),
        New(format!(") {{ mutant_right => if {switch} {{ ")),
        Kept(parts.left.clone()),
        New(format!(" {after} mutant_right }} else {{ ")),
        Kept(parts.left.clone()),
        New(format!(" {before} mutant_right }} }}")),
    ]
}

/// `!operand`, or the operand.
pub(super) fn not_taken_away(switch: &str, parts: &Parts) -> Vec<Piece> {
    vec![New("((".to_owned()), Kept(parts.left.clone()), New(format!(") == {switch})"))]
}

/// `-operand`, or the operand.
pub(super) fn minus_taken_away(switch: &str, parts: &Parts) -> Vec<Piece> {
    let chosen = format!("if {switch} {{ mutant_left }} else {{ -mutant_left }}");
    vec![
        New("(match (".to_owned()),
        Kept(parts.left.clone()),
        New(format!(") {{ mutant_left => {chosen} }})")),
    ]
}
