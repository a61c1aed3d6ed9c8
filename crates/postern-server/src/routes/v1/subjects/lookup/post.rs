//! `POST /v1/subjects/lookup`: finds a subject by the identity provider's name. A `POST`, so that the name
//! is in no address that somebody writes down.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse as _;
use http::header::ETAG;
use postern_app::SubjectName;
use postern_core::application::Scope;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use crate::extract::{Caller, Sent, etag};
use crate::openapi::Documented;
use crate::service::{Answer, Shared};
use crate::wire::SubjectBody;

/// Whom to find.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Lookup)]
pub(crate) struct Body {
    /// The identity provider's name.
    #[schema(
        example = "example-user-1",
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]+$"
    )]
    external_id: String,
}

/// The route.
pub(crate) fn route() -> UtoipaMethodRouter<Shared> {
    Documented::new(routes!(look_up_subject))
        .with_key()
        .scope(Scope::SubjectsRead)
        .with_body()
        .refused(&["not-found", "state-changed"])
        .route()
}

/// Find a subject by its external id
#[utoipa::path(
    post,
    path = "/v1/subjects/lookup",
    tag = "subjects",
    request_body = Body,
    responses(
        (status = 200, description = "The subject.", body = SubjectBody, headers(("ETag", description = "Its revision.")))
    )
)]
async fn look_up_subject(State(service): State<Shared>, Caller(token): Caller, sent: Sent<Body>) -> Answer {
    let view = service.app.subject(&token, &SubjectName::ExternalId(sent.body.external_id)).await?;
    Ok(([(ETAG, etag(view.revision))], Json(SubjectBody::from(view))).into_response())
}
