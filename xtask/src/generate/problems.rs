//! docs/reference/problems.md, from the closed list of the server.

use serde_json::Value;

use super::markdown::{top, word};

const ABOUT: &str = "Every error of the API is a problem document (RFC 9457, `application/problem+json`). Its `type` is \
`urn:postern:problem:` and one of these names; the list is closed. `detail` is the sentence, meant for people: it \
never says whether an account exists or what was wrong with a code. A 5xx has told nothing: ask again with the same idempotency \
key.";

/// The page.
pub(super) fn page(problems: &Value) -> String {
    let listed = problems.as_array().map(Vec::as_slice).unwrap_or_default();
    let sections = listed.iter().map(|problem| {
        let status = problem.get("status").and_then(Value::as_u64).unwrap_or_default();
        let (name, told, advice) = (word(problem, "name"), word(problem, "told"), word(problem, "advice"));
        format!("## {name}\n\nStatus {status}. Says: *{told}*\n\nDo: {advice}\n")
    });
    top("Problems", ABOUT) + &sections.collect::<Vec<_>>().join("\n")
}
