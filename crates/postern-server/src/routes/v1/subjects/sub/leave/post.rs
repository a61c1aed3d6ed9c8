//! `POST /v1/subjects/{sub}/leave`: a subject leaves.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse as _;
use postern_core::application::Scope;
use postern_core::ids::SubjectId;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use crate::extract::{At, Caller, Empty, IdempotencyKey};
use crate::openapi::Documented;
use crate::service::{Answer, Shared};

/// A subject that has left.
#[derive(Serialize, ToSchema)]
pub(crate) struct LeftSubject {
    /// Postern's id. No other subject ever has it.
    #[schema(example = "sub_00000000000000000000000000")]
    subject: String,
}

/// The route.
pub(crate) fn route() -> UtoipaMethodRouter<Shared> {
    Documented::new(routes!(leave_subject))
        .with_key()
        .scope(Scope::SubjectsLeave)
        .with_idempotency_key()
        .refused(&["not-found", "assurance-insufficient", "state-changed", "too-many-requests"])
        .refused(&["malformed-request", "body-too-large", "unsupported-media-type"])
        .route()
}

/// Have a subject leave
///
/// Its sets and device tokens end at once. Its external id is free: whoever is created with it is another subject,
/// with at least this one's tier if that is within 400 days. Repeatable: who has left stays so.
#[utoipa::path(
    post,
    path = "/v1/subjects/{sub}/leave",
    tag = "subjects",
    params(("sub" = String, Path, pattern = r"^sub_[0-9a-hjkmnp-tv-z]{25}[048cgmrw]$", description = "The subject's `sub_…` id.")),
    responses((status = 200, description = "It has left.", body = LeftSubject))
)]
async fn leave_subject(
    State(service): State<Shared>,
    Caller(token): Caller,
    At(id): At<SubjectId>,
    _key: IdempotencyKey,
    _: Empty,
) -> Answer {
    service.app.leave(&token, id).await?;
    Ok(Json(LeftSubject { subject: id.to_string() }).into_response())
}
