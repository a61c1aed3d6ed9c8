//! The closed list of problems for readers: what each means for whoever calls, and what to do.

use serde::Serialize;

use super::{Refusal, samples};

/// A problem of the closed list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Listed {
    /// Its name, after `urn:postern:problem:`.
    pub name: &'static str,
    /// Its HTTP status.
    pub status: u16,
    /// What a person is told.
    pub told: &'static str,
    /// What the caller does.
    pub advice: &'static str,
}

/// Every problem, by status and name.
#[must_use]
pub fn problems() -> Vec<Listed> {
    let mut all: Vec<Listed> = samples()
        .iter()
        .map(|refusal| Listed {
            name: refusal.name(),
            status: refusal.status().as_u16(),
            told: refusal.told(),
            advice: advice(refusal),
        })
        .collect();
    all.sort_by_key(|listed| (listed.status, listed.name));
    all
}

/// What the caller does: by name where there is more to say than the status says.
fn advice(refusal: &Refusal) -> &'static str {
    match refusal.name() {
        "already-answered" => "Start a new login: the answer was given, and is too old to be given again.",
        "assurance-insufficient" => {
            "Let the person sign in again, stronger or just now, and send that proof."
        }
        "code-mistyped" => "Show the form again. `class` says what is wrong, `group` where, from 1.",
        "code-not-accepted" => "Show the form again, and do not say more than this. It may have counted.",
        "first-factor-required" => "Send `first_factor` with a prover's fresh assertion over this request.",
        "idempotency-key-missing" => "Send one: new for each act, the same for its retries.",
        "idempotency-key-reused" => "Mend the caller: one key is one request.",
        "invalid-value" => "Mend what the sentence names; nothing was changed.",
        "key-unknown" => "Ask the operator for a key: `postern application key create`.",
        "no-longer-kept" => "Look in an export from before. Read events from the index in `oldest` on.",
        "other-service" | "several-codes" => "Show the form again with the sentence.",
        "outcome-unknown" => "Ask again with the same idempotency key. Until it answers, nobody is let in.",
        "restrictions-not-enforced" => {
            "Enforce the restrictions, and let the operator register it with `--enforces`."
        }
        "scope-missing" => "Ask the operator for an application with the scope and the tier.",
        "state-changed" | "version-mismatch" => "Read it again, then decide again.",
        "too-many-attempts" => {
            "Show the sentence. Wait as long as `Retry-After` says; without it waiting does not help."
        }
        "too-many-requests" => "Wait as long as `Retry-After` says, then send the same request again.",
        "unavailable" => "Nobody is let in. Send the same request with the same key a little later.",
        _ => by_status(refusal),
    }
}

fn by_status(refusal: &Refusal) -> &'static str {
    match refusal.status().as_u16() {
        400 | 405 | 413 | 415 | 428 => "Mend the request: sent as it is, it is refused again.",
        403 => "Do not try again as it is: it is not allowed.",
        404 => "Look at the id, and at whose key this is.",
        409 => "Look at its present state.",
        429 | 503 => "Send the same request with the same key a little later.",
        _ => "Show the sentence.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_stands_in_the_reference() {
        let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/problems.md");
        let page = std::fs::read_to_string(page).unwrap();
        for one in problems() {
            let section = page.split(&format!("\n## {}\n", one.name)).nth(1).unwrap_or_default();
            assert!(
                section.contains(one.told) && section.contains(one.advice),
                "{}: cargo xtask generate",
                one.name
            );
        }
    }

    #[test]
    fn every_problem_is_listed_once_and_says_what_to_do() {
        let listed = problems();
        assert_eq!(listed.len(), samples().len());
        assert!(listed.iter().all(|one| one.advice.ends_with('.') && one.advice.len() < 200));
        let mut names: Vec<_> = listed.iter().map(|one| one.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), listed.len());
    }
}
