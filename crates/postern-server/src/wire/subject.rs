//! How a body names a subject.

use postern_app::{Problem, SubjectName};
use postern_core::ids::SubjectId;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::problem::Refusal;

/// Postern's id, or the identity provider's.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = SubjectName)]
pub(crate) enum SubjectRef {
    /// Postern's.
    Id(IdText),
    /// The identity provider's.
    External(ExternalId),
}

/// `sub_` and 26 symbols.
#[derive(Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = SubjectId, example = "sub_00000000000000000000000000")]
#[schema(pattern = r"^sub_[0-9a-hjkmnp-tv-z]{25}[048cgmrw]$")]
pub(crate) struct IdText(String);

/// The identity provider's name for a subject.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExternalId {
    /// 1 to 255 bytes, no control characters, compared byte by byte.
    #[schema(
        example = "example-user-1",
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]+$"
    )]
    external_id: String,
}

impl SubjectRef {
    /// The name. That an id is one can be seen without looking anybody up.
    pub(crate) fn name(self) -> Result<SubjectName, Refusal> {
        match self {
            Self::External(named) => Ok(SubjectName::ExternalId(named.external_id)),
            Self::Id(text) => SubjectId::parse(&text.0).map(SubjectName::Id).ok_or(Refusal::App(
                Problem::InvalidValue("A subject is named by its sub_… id or by {\"external_id\": …}."),
            )),
        }
    }
}
