//! `PATCH /v1/subjects/{sub}`: changes what is known of a subject.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse as _;
use http::header::ETAG;
use postern_app::SubjectPatch;
use postern_core::application::Scope;
use postern_core::ids::SubjectId;
use postern_core::subject::SubjectKind;
use postern_core::tenant::Tier;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use crate::extract::{At, Caller, Revision, Sent, etag};
use crate::openapi::Documented;
use crate::service::{Answer, Shared};
use crate::wire::{KindName, SubjectBody, TierName};

/// What is to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SubjectPatch)]
pub(crate) struct Body {
    /// A higher tier; needs the scope `subjects:tier-raise`.
    #[schema(value_type = Option<TierName>)]
    tier: Option<Tier>,
    /// What it is.
    #[schema(value_type = Option<KindName>)]
    kind: Option<SubjectKind>,
    /// Who answers for it; `null` for nobody.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255, pattern = r"^[^\x00-\x1f\x7f-\x9f]+$")]
    owner: Option<Option<String>>,
}

/// Tells `null` from absent.
fn said<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(value).map(Some)
}

/// The route.
pub(crate) fn route() -> UtoipaMethodRouter<Shared> {
    Documented::new(routes!(change_subject))
        .with_key()
        .scope(Scope::SubjectsWrite)
        .scope(Scope::SubjectsTierRaise)
        .with_body()
        .refused(&["not-found", "assurance-insufficient", "tier-cannot-be-lowered", "state-changed"])
        .refused(&["version-mismatch", "precondition-required", "outcome-unknown"])
        .route()
}

/// Change a subject
///
/// A tier can only rise here.
#[utoipa::path(
    patch,
    path = "/v1/subjects/{sub}",
    tag = "subjects",
    params(
        ("sub" = String, Path, pattern = r"^sub_[0-9a-hjkmnp-tv-z]{25}[048cgmrw]$", description = "The subject's `sub_…` id."),
        ("If-Match" = String, Header, pattern = r#"^"(0|[1-9][0-9]{0,18})"$"#, description = "The `ETag` that the change is based on.")
    ),
    request_body = Body,
    responses(
        (status = 200, description = "Changed.", body = SubjectBody, headers(("ETag", description = "Its new revision.")))
    )
)]
async fn change_subject(
    State(service): State<Shared>,
    Caller(token): Caller,
    At(id): At<SubjectId>,
    Revision(revision): Revision,
    sent: Sent<Body>,
) -> Answer {
    let Body { tier, kind, owner } = sent.body;
    let view = service.app.patch_subject(&token, id, revision, SubjectPatch { tier, kind, owner }).await?;
    Ok(([(ETAG, etag(view.revision))], Json(SubjectBody::from(view))).into_response())
}
