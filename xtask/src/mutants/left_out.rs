//! What is not changed.

use syn::{Attribute, BinOp, Expr, ExprBinary, ItemImpl};

/// Whether it assigns: then what it assigns to stands twice, and nothing inside that is changed.
pub(super) const fn is_assignment(of: &ExprBinary) -> bool {
    matches!(
        of.op,
        BinOp::AddAssign(_)
            | BinOp::SubAssign(_)
            | BinOp::BitOrAssign(_)
            | BinOp::BitAndAssign(_)
            | BinOp::BitXorAssign(_)
    )
}

/// Whether a condition takes something apart: it is no expression that could stand elsewhere.
pub(super) fn holds_let(expression: &Expr) -> bool {
    match expression {
        Expr::Let(_) => true,
        Expr::Binary(of) => is_chain(of),
        _ => false,
    }
}

/// Whether `let` is one of the operands: such a chain is no expression that could stand elsewhere.
pub(super) fn is_chain(expression: &ExprBinary) -> bool {
    let holds = |operand: &Expr| match operand {
        Expr::Let(_) => true,
        Expr::Binary(inner) => is_chain(inner),
        _ => false,
    };
    matches!(expression.op, BinOp::And(_)) && (holds(&expression.left) || holds(&expression.right))
}

/// Whether a body is that value already.
pub(super) fn says(body: &str, value: &str) -> bool {
    body == value || (value == "()" && body.is_empty())
}

/// Whether it is only built for tests.
pub(super) fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || attribute.path().is_ident("cfg") && {
                let list = attribute.meta.require_list();
                list.is_ok_and(|list| list.tokens.to_string().contains("test"))
            }
    })
}

/// Whether it writes for people: no promise is kept there.
pub(super) fn shows(of: &ItemImpl) -> bool {
    let name = of.trait_.as_ref().and_then(|(_, path, _)| path.segments.last());
    name.is_some_and(|segment| segment.ident == "Debug" || segment.ident == "Display")
}
