//! Closed lists of names, as the document shows them: written from the very values that are read, so that
//! the two cannot differ.

use std::borrow::Cow;
use std::marker::PhantomData;

use postern_codes::Format;
use postern_core::assurance::Level;
use postern_core::subject::fact::{RevokeReason, StageReason};
use postern_core::subject::{Purpose, SetState, SubjectKind};
use postern_core::tenant::Tier;
use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

/// Values with names.
pub(crate) trait Names {
    /// What the list is called in the document.
    const CALLED: &'static str;

    /// The names.
    fn names() -> Vec<Value>;
}

/// The schema of one of the names of `N`.
pub(crate) struct OneOf<N>(PhantomData<N>);

impl<N: Names> PartialSchema for OneOf<N> {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
        RefOr::T(Schema::Object(text.enum_values(Some(N::names())).build()))
    }
}

impl<N: Names> ToSchema for OneOf<N> {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed(N::CALLED)
    }
}

/// One of the tiers.
pub(crate) type TierName = OneOf<Tier>;
/// One of the kinds of subjects.
pub(crate) type KindName = OneOf<SubjectKind>;
/// One of the purposes.
pub(crate) type PurposeName = OneOf<Purpose>;
/// One of the assurance levels.
pub(crate) type LevelName = OneOf<Level>;
/// One of the formats.
pub(crate) type FormatName = OneOf<Format>;
/// One of the states of an active set.
pub(crate) type StateName = OneOf<SetState>;
/// One of the reasons to stage.
pub(crate) type StageReasonName = OneOf<StageReason>;
/// One of the reasons to revoke.
pub(crate) type RevokeReasonName = OneOf<RevokeReason>;

/// As they are written in JSON.
fn written<T: Serialize>(values: impl IntoIterator<Item = T>) -> Vec<Value> {
    values.into_iter().filter_map(|value| serde_json::to_value(value).ok()).collect()
}

impl Names for Tier {
    const CALLED: &'static str = "Tier";

    fn names() -> Vec<Value> {
        written(Self::ALL)
    }
}

impl Names for SubjectKind {
    const CALLED: &'static str = "SubjectKind";

    fn names() -> Vec<Value> {
        written([Self::Person, Self::Machine])
    }
}

impl Names for Purpose {
    const CALLED: &'static str = "Purpose";

    fn names() -> Vec<Value> {
        written([Self::SecondFactor, Self::AccountRecovery])
    }
}

impl Names for Level {
    const CALLED: &'static str = "Level";

    fn names() -> Vec<Value> {
        written([Self::Aal1, Self::Aal2, Self::Aal3])
    }
}

impl Names for Format {
    const CALLED: &'static str = "Format";

    fn names() -> Vec<Value> {
        written(Self::ALL.map(Self::name))
    }
}

impl Names for SetState {
    const CALLED: &'static str = "SetState";

    fn names() -> Vec<Value> {
        written([Self::Active, Self::Suspended])
    }
}

impl Names for StageReason {
    const CALLED: &'static str = "StageReason";

    fn names() -> Vec<Value> {
        written([Self::Renew, Self::Lost, Self::Compromised])
    }
}

impl Names for RevokeReason {
    const CALLED: &'static str = "RevokeReason";

    fn names() -> Vec<Value> {
        written(Self::ASKED)
    }
}
