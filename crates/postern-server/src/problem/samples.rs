//! One refusal of every name: what the document shows, and what the tests compare with the contract.

use std::time::Duration;

use postern_app::Problem;

use super::Refusal;

/// One refusal of every name, for the document and the tests. Made-up values.
pub(crate) fn samples() -> Vec<Refusal> {
    let after = Duration::from_secs(30);
    let of_app = [
        Problem::KeyUnknown,
        Problem::ScopeMissing,
        Problem::AssuranceInsufficient,
        Problem::FirstFactorRequired,
        Problem::SecondProofRequired,
        Problem::PurposeNotAllowed,
        Problem::RestrictionsNotEnforced,
        Problem::TierCannotBeLowered,
        Problem::NotFound,
        Problem::NoLongerKept,
        Problem::AlreadyAnswered,
        Problem::StateChanged,
        Problem::VersionMismatch,
        Problem::CodeNotAccepted { check_mismatch: true },
        Problem::CodeMistyped { class: "short", group: Some(5) },
        Problem::SeveralCodes,
        Problem::OtherService,
        Problem::IdempotencyKeyReused,
        Problem::InvalidValue("An external id has 1 to 255 bytes and no control characters."),
        Problem::TooManyAttempts { after: Some(after) },
        Problem::TooManyRequests { after },
        Problem::Unavailable,
        Problem::OutcomeUnknown,
    ];
    let of_http = [
        Refusal::MalformedRequest(crate::extract::NOT_EXPECTED),
        Refusal::IdempotencyKeyMissing,
        Refusal::MethodNotAllowed,
        Refusal::BodyTooLarge,
        Refusal::UnsupportedMediaType,
        Refusal::PreconditionRequired,
    ];
    of_app.into_iter().map(Refusal::App).chain(of_http).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The contract's closed list, without what this release cannot answer, and with what decision 0050 adds.
    const NAMES: [&str; 29] = [
        "malformed-request",
        "idempotency-key-missing",
        "key-unknown",
        "scope-missing",
        "assurance-insufficient",
        "first-factor-required",
        "second-proof-required",
        "purpose-not-allowed",
        "restrictions-not-enforced",
        "tier-cannot-be-lowered",
        "not-found",
        "no-longer-kept",
        "method-not-allowed",
        "already-answered",
        "state-changed",
        "version-mismatch",
        "body-too-large",
        "unsupported-media-type",
        "precondition-required",
        "code-not-accepted",
        "code-mistyped",
        "several-codes",
        "other-service",
        "idempotency-key-reused",
        "invalid-value",
        "too-many-attempts",
        "too-many-requests",
        "unavailable",
        "outcome-unknown",
    ];

    #[test]
    fn samples_are_the_closed_list() {
        let mut known: Vec<_> = samples().iter().map(Refusal::name).collect();
        let mut listed = NAMES.to_vec();
        known.sort_unstable();
        listed.sort_unstable();
        assert_eq!(known, listed);
    }

    #[test]
    fn sentences_are_sentences() {
        for refusal in samples() {
            assert!(refusal.told().ends_with('.') && refusal.told().len() < 200, "{}", refusal.name());
        }
    }
}
