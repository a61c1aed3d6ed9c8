//! How the holder was known.

use postern_app::{Problem, Proof};
use postern_core::Time;
use postern_core::assurance::{BareClaim, Level};
use serde::Deserialize;
use utoipa::ToSchema;

use super::LevelName;
use crate::problem::Refusal;

/// What an application says about a sign-in without a signature.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Assurance {
    /// How well.
    #[schema(value_type = LevelName, example = "aal2")]
    level: Level,
    /// How: an `amr` value of RFC 8176. 1 to 64 visible ASCII characters.
    #[schema(example = "otp", min_length = 1, max_length = 64, pattern = "^[!-~]+$")]
    method: String,
    /// When the person signed in: from 1970 on.
    #[schema(value_type = String, format = DateTime, pattern = "^(19[7-9][0-9]|[2-9][0-9]{3})-", example = "2026-01-31T09:00:00Z")]
    at: Time,
}

/// A prover's signed assertion.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Signed {
    /// A compact JWS.
    assertion: String,
}

/// How the first factor was known.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum FirstFactor {
    /// Signed.
    Signed(Signed),
    /// Said.
    Said(Assurance),
}

impl Assurance {
    fn proof(self) -> Result<Proof, Refusal> {
        let fits =
            (1..=64).contains(&self.method.len()) && self.method.bytes().all(|byte| byte.is_ascii_graphic());
        let wrong = Problem::InvalidValue("A method has 1 to 64 visible ASCII characters, such as otp.");
        let claim = BareClaim { at: self.at, level: self.level, method: self.method };
        if fits { Ok(Proof::Bare(claim)) } else { Err(Refusal::App(wrong)) }
    }
}

impl FirstFactor {
    /// As the use case takes it.
    pub(crate) fn proof(self) -> Result<Proof, Refusal> {
        match self {
            Self::Signed(signed) => Ok(Proof::Assertion(signed.assertion)),
            Self::Said(assurance) => assurance.proof(),
        }
    }
}

/// The proof among two members, of which there is at most one.
pub(crate) fn one_proof(
    assertion: Option<String>,
    assurance: Option<Assurance>,
) -> Result<Option<Proof>, Refusal> {
    match (assertion, assurance) {
        (Some(_), Some(_)) => {
            Err(Refusal::App(Problem::InvalidValue("Please send either assertion or assurance, not both.")))
        }
        (Some(assertion), None) => Ok(Some(Proof::Assertion(assertion))),
        (None, Some(assurance)) => assurance.proof().map(Some),
        (None, None) => Ok(None),
    }
}
