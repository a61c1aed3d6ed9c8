//! What `postern scan --server` makes of an answer, and of none.

use postern_scan::{Origin, Standing, Trouble};
use serde_json::Value;

use crate::failure::Failure;

/// What is told of codes that there is no answer about.
pub(super) fn unanswered(codes: usize, answered: usize, why: &Failure) -> Trouble {
    let why = format!("no answer about {} of {codes} codes: {why}", codes.saturating_sub(answered));
    Trouble { origin: Origin::of("(service)"), why }
}

/// What an item says; none for one that is undecided.
pub(super) fn standing(item: &Value) -> Option<Standing> {
    let revoked = item.get("revoked").and_then(Value::as_bool).unwrap_or(false);
    match item.get("outcome").and_then(Value::as_str)? {
        "live" if revoked => Some(Standing::Revoked),
        "live" => Some(Standing::Live),
        "spent" => Some(Standing::Spent),
        "old" => Some(Standing::Old),
        "not_ours" => Some(Standing::NotOurs),
        "needs_subject" => Some(Standing::NeedsSubject),
        _ => None,
    }
}
