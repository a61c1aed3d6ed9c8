//! Problems: the closed list of refusals, in the contract's words.

use std::fmt;
use std::time::Duration;

/// Why a request was not done. The names are the contract's (`urn:postern:problem:<name>`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Problem {
    /// 401: no such application key.
    KeyUnknown,
    /// 403: the application may not do this, or not to this tier.
    ScopeMissing,
    /// 403: how the holder was known is not enough.
    AssuranceInsufficient,
    /// 403: a redemption needs a fresh first factor.
    FirstFactorRequired,
    /// 403: an account recovery needs a second, independent proof before a code is tried.
    SecondProofRequired,
    /// 403: the set may not be used for this.
    PurposeNotAllowed,
    /// 403: the application does not enforce what the tier needs.
    RestrictionsNotEnforced,
    /// 403: a tier only rises here.
    TierCannotBeLowered,
    /// 404: nothing of this tenant has that name.
    NotFound,
    /// 410: it is older than this installation keeps events.
    NoLongerKept,
    /// 409: the answer was given, too long ago to give it again.
    AlreadyAnswered,
    /// 409: what was to be changed is not so any more.
    StateChanged,
    /// 412: another revision.
    VersionMismatch,
    /// 422: the code was tested and refused.
    CodeNotAccepted {
        /// Whether its check symbols did not fit.
        check_mismatch: bool,
    },
    /// 422: not tested: it cannot be a code as it is.
    CodeMistyped {
        /// In a word.
        class: &'static str,
        /// The group to look at, from 1.
        group: Option<u8>,
    },
    /// 422: several codes at once; none was tested.
    SeveralCodes,
    /// 422: it looks like a code of another service.
    OtherService,
    /// 422: the idempotency key belongs to another request.
    IdempotencyKeyReused,
    /// 422: a field has a value that is not allowed.
    InvalidValue(&'static str),
    /// 429: not tested: too many attempts.
    TooManyAttempts {
        /// When to try again; nothing if waiting does not help.
        after: Option<Duration>,
    },
    /// 429: too many requests.
    TooManyRequests {
        /// When to try again.
        after: Duration,
    },
    /// 503: nothing changed.
    Unavailable,
    /// 503: it may or may not have happened: ask again with the same key.
    OutcomeUnknown,
}

impl Problem {
    /// Something outside did not answer: the log has the reason, the caller has none.
    pub(crate) fn unavailable(reason: &dyn fmt::Display) -> Self {
        tracing::error!(%reason, "unavailable");
        Self::Unavailable
    }

    /// The name in the contract.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::KeyUnknown => "key-unknown",
            Self::ScopeMissing => "scope-missing",
            Self::AssuranceInsufficient => "assurance-insufficient",
            Self::FirstFactorRequired => "first-factor-required",
            Self::SecondProofRequired => "second-proof-required",
            Self::PurposeNotAllowed => "purpose-not-allowed",
            Self::RestrictionsNotEnforced => "restrictions-not-enforced",
            Self::TierCannotBeLowered => "tier-cannot-be-lowered",
            Self::NotFound => "not-found",
            Self::NoLongerKept => "no-longer-kept",
            Self::AlreadyAnswered => "already-answered",
            Self::StateChanged => "state-changed",
            Self::VersionMismatch => "version-mismatch",
            Self::CodeNotAccepted { .. } => "code-not-accepted",
            Self::CodeMistyped { .. } => "code-mistyped",
            Self::SeveralCodes => "several-codes",
            Self::OtherService => "other-service",
            Self::IdempotencyKeyReused => "idempotency-key-reused",
            Self::InvalidValue(_) => "invalid-value",
            Self::TooManyAttempts { .. } => "too-many-attempts",
            Self::TooManyRequests { .. } => "too-many-requests",
            Self::Unavailable => "unavailable",
            Self::OutcomeUnknown => "outcome-unknown",
        }
    }

    /// What to tell a person: calm, concrete, what to do next.
    #[must_use]
    pub fn told(&self) -> Told {
        let text = match self {
            Self::KeyUnknown => {
                "This application key is not known here. Check that it is whole, or make a new one."
            }
            Self::ScopeMissing => {
                "This application may not do that. Ask the operator to grant the scope for this tier."
            }
            Self::AssuranceInsufficient => "Please sign in again with a second factor, then ask once more.",
            Self::FirstFactorRequired => "Please sign in with the first factor, then use the code.",
            Self::SecondProofRequired => {
                "A recovery needs a second proof of identity before a code can be used."
            }
            Self::PurposeNotAllowed => "The codes of this set are not meant for this purpose.",
            Self::RestrictionsNotEnforced => {
                "This application is not registered to enforce the restrictions that follow a recovery."
            }
            Self::TierCannotBeLowered => "A tier can be raised here, and not lowered.",
            Self::NotFound => "There is nothing here by that name.",
            Self::NoLongerKept => {
                "This is older than events are kept here. Look for it in an export that was made before."
            }
            Self::AlreadyAnswered => "This request was answered before, too long ago to repeat the answer.",
            Self::StateChanged => "This has changed in the meantime. Please look at its present state.",
            Self::VersionMismatch => "Somebody changed this in the meantime. Please read it again.",
            Self::CodeNotAccepted { check_mismatch: true } => {
                "That code was not accepted. Please compare each group with your sheet."
            }
            Self::CodeNotAccepted { check_mismatch: false } => "That code was not accepted.",
            Self::CodeMistyped { .. } => "That does not look like a whole code yet. It was not tried.",
            Self::SeveralCodes => "Please type one code at a time. None was tried.",
            Self::OtherService => "This looks like a code of another service. It was not tried.",
            Self::IdempotencyKeyReused => {
                "This idempotency key belongs to another request. Please use a new one."
            }
            Self::InvalidValue(what) => what,
            Self::TooManyAttempts { after: Some(_) } => {
                "Too many attempts. Please wait a little, then try again."
            }
            Self::TooManyAttempts { after: None } => {
                "Too many attempts for this set. Use a device that is known, or get a new set."
            }
            Self::TooManyRequests { .. } => "Too many requests. Please wait a little, then try again.",
            Self::Unavailable => "The service cannot answer now. Nothing was changed; please try again.",
            Self::OutcomeUnknown => {
                "It is not known whether that was done. Please ask again with the same key."
            }
        };
        Told(text)
    }
}

/// A sentence for people.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Told(pub &'static str);
