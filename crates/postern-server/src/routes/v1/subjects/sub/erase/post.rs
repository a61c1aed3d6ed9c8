//! `POST /v1/subjects/{sub}/erase`: has a subject erased once its tier's wait is over.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse as _;
use http::StatusCode;
use postern_core::Time;
use postern_core::application::Scope;
use postern_core::ids::SubjectId;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use crate::extract::{At, Caller, Empty, IdempotencyKey};
use crate::openapi::Documented;
use crate::service::{Answer, Shared};

/// An erasure to come.
#[derive(Serialize, ToSchema)]
pub(crate) struct Erasure {
    /// Whose.
    #[schema(example = "sub_00000000000000000000000000")]
    subject: String,
    /// When: within the hour after it, everything personal is unreadable.
    #[schema(value_type = String, format = DateTime)]
    erase_at: Time,
}

/// The route.
pub(crate) fn route() -> UtoipaMethodRouter<Shared> {
    Documented::new(routes!(erase_subject))
        .with_key()
        .scope(Scope::SubjectsLeave)
        .with_idempotency_key()
        .refused(&["not-found", "assurance-insufficient", "state-changed"])
        .refused(&["malformed-request", "body-too-large", "unsupported-media-type"])
        .route()
}

/// Have a subject erased
///
/// After the tier's wait (24 hours, privileged 48) the subject leaves and its own key is destroyed, so that nobody can
/// read what is personal in its events. The events stay in the log, which still verifies. Until then everything works.
/// Repeatable: the first request counts.
#[utoipa::path(
    post,
    path = "/v1/subjects/{sub}/erase",
    tag = "subjects",
    params(("sub" = String, Path, pattern = r"^sub_[0-9a-hjkmnp-tv-z]{25}[048cgmrw]$", description = "The subject's `sub_…` id.")),
    responses((status = 202, description = "It will be erased.", body = Erasure))
)]
async fn erase_subject(
    State(service): State<Shared>,
    Caller(token): Caller,
    At(id): At<SubjectId>,
    _key: IdempotencyKey,
    _: Empty,
) -> Answer {
    let erase_at = service.app.request_erasure(&token, id).await?;
    Ok((StatusCode::ACCEPTED, Json(Erasure { subject: id.to_string(), erase_at })).into_response())
}
