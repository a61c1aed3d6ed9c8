//! Refusals: the application's problems and those that HTTP adds, as RFC 9457 problem documents.

mod answer;
mod body;
mod listed;
mod samples;

pub(crate) use answer::PROBLEM_JSON;
pub(crate) use body::ProblemBody;
use http::StatusCode;
pub use listed::{Listed, problems};
use postern_app::Problem;
pub(crate) use samples::samples;

/// Why a request is not done.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// A use case says so.
    App(Problem),
    /// 400: not what the route expects; in a sentence.
    MalformedRequest(&'static str),
    /// 400: a request that changes something without its key.
    IdempotencyKeyMissing,
    /// 405: another method.
    MethodNotAllowed,
    /// 413: too long.
    BodyTooLarge,
    /// 415: not JSON.
    UnsupportedMediaType,
    /// 428: a change without the revision that it is based on.
    PreconditionRequired,
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::App(problem)
    }
}

impl Refusal {
    /// The name in the contract.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::App(problem) => problem.name(),
            Self::MalformedRequest(_) => "malformed-request",
            Self::IdempotencyKeyMissing => "idempotency-key-missing",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::BodyTooLarge => "body-too-large",
            Self::UnsupportedMediaType => "unsupported-media-type",
            Self::PreconditionRequired => "precondition-required",
        }
    }

    /// The status in the contract.
    pub(crate) const fn status(&self) -> StatusCode {
        match self {
            Self::App(problem) => app_status(problem),
            Self::MalformedRequest(_) | Self::IdempotencyKeyMissing => StatusCode::BAD_REQUEST,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
        }
    }

    /// What to tell a person.
    pub(crate) fn told(&self) -> &'static str {
        match self {
            Self::App(problem) => problem.told().0,
            Self::MalformedRequest(what) => what,
            Self::IdempotencyKeyMissing => {
                "This request needs the header Idempotency-Key: 1 to 255 visible ASCII characters, new for each request and the same for its retries."
            }
            Self::MethodNotAllowed => {
                "This path does not know that method; the header Allow has those it knows."
            }
            Self::BodyTooLarge => "The body is too long for this route.",
            Self::UnsupportedMediaType => "Please send the body as application/json, not compressed.",
            Self::PreconditionRequired => {
                "Please read the subject first and send its ETag in the header If-Match."
            }
        }
    }
}

const fn app_status(problem: &Problem) -> StatusCode {
    match problem {
        Problem::KeyUnknown => StatusCode::UNAUTHORIZED,
        Problem::ScopeMissing
        | Problem::AssuranceInsufficient
        | Problem::FirstFactorRequired
        | Problem::SecondProofRequired
        | Problem::PurposeNotAllowed
        | Problem::RestrictionsNotEnforced
        | Problem::TierCannotBeLowered => StatusCode::FORBIDDEN,
        Problem::NotFound => StatusCode::NOT_FOUND,
        Problem::NoLongerKept => StatusCode::GONE,
        Problem::AlreadyAnswered | Problem::StateChanged => StatusCode::CONFLICT,
        Problem::VersionMismatch => StatusCode::PRECONDITION_FAILED,
        Problem::CodeNotAccepted { .. }
        | Problem::CodeMistyped { .. }
        | Problem::SeveralCodes
        | Problem::OtherService
        | Problem::IdempotencyKeyReused
        | Problem::InvalidValue(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Problem::TooManyAttempts { .. } | Problem::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
        Problem::Unavailable | Problem::OutcomeUnknown => StatusCode::SERVICE_UNAVAILABLE,
    }
}
