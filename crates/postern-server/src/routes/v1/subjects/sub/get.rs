//! `GET /v1/subjects/{sub}`: what is known of a subject and its sets.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse as _;
use http::header::ETAG;
use postern_app::SubjectName;
use postern_core::application::Scope;
use postern_core::ids::SubjectId;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use crate::extract::{At, Caller, etag};
use crate::openapi::Documented;
use crate::service::{Answer, Shared};
use crate::wire::SubjectBody;

/// The route.
pub(crate) fn route() -> UtoipaMethodRouter<Shared> {
    Documented::new(routes!(get_subject))
        .with_key()
        .scope(Scope::SubjectsRead)
        .refused(&["not-found", "state-changed"])
        .route()
}

/// Read a subject
///
/// The `ETag` is a revision that only changes of the subject itself move, not its codes.
#[utoipa::path(
    get,
    path = "/v1/subjects/{sub}",
    tag = "subjects",
    params(("sub" = String, Path, pattern = r"^sub_[0-9a-hjkmnp-tv-z]{25}[048cgmrw]$", description = "The subject's `sub_…` id.")),
    responses(
        (status = 200, description = "The subject.", body = SubjectBody, headers(("ETag", description = "Its revision.")))
    )
)]
async fn get_subject(State(service): State<Shared>, Caller(token): Caller, At(id): At<SubjectId>) -> Answer {
    let view = service.app.subject(&token, &SubjectName::Id(id)).await?;
    Ok(([(ETAG, etag(view.revision))], Json(SubjectBody::from(view))).into_response())
}
