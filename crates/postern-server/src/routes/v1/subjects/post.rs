//! `POST /v1/subjects`: creates a subject, or finds the one that has the name.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse as _;
use http::StatusCode;
use http::header::ETAG;
use postern_app::NewSubject;
use postern_core::application::Scope;
use postern_core::subject::SubjectKind;
use postern_core::tenant::Tier;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use crate::extract::{Caller, IdempotencyKey, Sent, etag};
use crate::openapi::Documented;
use crate::service::{Answer, Shared};
use crate::wire::{KindName, SubjectBody, TierName};

/// A subject to create.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSubject)]
pub(crate) struct Body {
    /// The identity provider's name for it: 1 to 255 bytes, no control characters. Never recycled.
    #[schema(
        example = "example-user-1",
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]+$"
    )]
    external_id: String,
    /// The tenant's default tier if nothing is said. `break_glass` and `service` need two people.
    #[schema(value_type = Option<TierName>)]
    tier: Option<Tier>,
    /// A person if nothing is said.
    #[schema(value_type = Option<KindName>)]
    kind: Option<SubjectKind>,
    /// Who answers for it: 1 to 255 bytes, no control characters.
    #[schema(min_length = 1, max_length = 255, pattern = r"^[^\x00-\x1f\x7f-\x9f]+$")]
    owner: Option<String>,
}

/// The route.
pub(crate) fn route() -> UtoipaMethodRouter<Shared> {
    Documented::new(routes!(create_subject))
        .with_key()
        .scope(Scope::SubjectsWrite)
        .with_idempotency_key()
        .with_body()
        .refused(&["assurance-insufficient", "state-changed"])
        .route()
}

/// Create or find a subject
///
/// The external id is the idempotency: a second call finds the first one's subject and changes nothing.
#[utoipa::path(
    post,
    path = "/v1/subjects",
    tag = "subjects",
    request_body = Body,
    responses(
        (status = 201, description = "Created.", body = SubjectBody, headers(("ETag", description = "Its revision."))),
        (status = 200, description = "It was there; nothing changed.", body = SubjectBody, headers(("ETag", description = "Its revision.")))
    )
)]
async fn create_subject(
    State(service): State<Shared>,
    Caller(token): Caller,
    _key: IdempotencyKey,
    sent: Sent<Body>,
) -> Answer {
    let Body { external_id, tier, kind, owner } = sent.body;
    let new = NewSubject { external_id, tier, kind: kind.unwrap_or(SubjectKind::Person), owner };
    let view = service.app.create_subject(&token, new).await?;
    let status = if view.created { StatusCode::CREATED } else { StatusCode::OK };
    let revision = [(ETAG, etag(view.revision))];
    Ok((status, revision, Json(SubjectBody::from(view))).into_response())
}
