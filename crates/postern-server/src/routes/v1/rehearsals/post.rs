//! `POST /v1/rehearsals`: the holder tries a code without spending it.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse as _;
use postern_app::Rehearsal;
use postern_core::Time;
use postern_core::application::Scope;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;
use zeroize::Zeroizing;

use crate::extract::{Caller, IdempotencyKey, Sent};
use crate::openapi::Documented;
use crate::service::{Answer, Shared};
use crate::wire::{Assurance, ClientBody, SubjectRef, client, one_proof, secret};

/// A code to try.
// No `Debug`: it holds what was typed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Rehearsal)]
pub(crate) struct Body {
    /// Whose code.
    subject: SubjectRef,
    /// As it was typed.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, example = "made-up-code-for-this-page")]
    code: Zeroizing<String>,
    /// How the holder was known, signed: a compact JWS. Either this or `assurance`.
    assertion: Option<String>,
    /// The application's word. A rehearsal asks for more: it is refused with `assurance-insufficient`.
    assurance: Option<Assurance>,
    /// The person's device.
    client: Option<ClientBody>,
}

/// When a code was tried and would have worked.
#[derive(Serialize, ToSchema)]
pub(crate) struct Rehearsed {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    tested_at: Time,
    /// Whether this answer was given before with the same key; only then present.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    replayed: bool,
}

/// The route.
pub(crate) fn route() -> UtoipaMethodRouter<Shared> {
    Documented::new(routes!(rehearse_code))
        .with_key()
        .scope(Scope::Rehearse)
        .with_idempotency_key()
        .with_body()
        .refused(&["code-not-accepted", "code-mistyped", "several-codes", "other-service"])
        .refused(&["not-found", "assurance-insufficient", "state-changed", "idempotency-key-reused"])
        .refused(&["too-many-attempts", "too-many-requests"])
        .route()
}

/// Try a code without spending it
#[utoipa::path(
    post,
    path = "/v1/rehearsals",
    tag = "redemptions",
    request_body = Body,
    responses((status = 200, description = "It would have worked.", body = Rehearsed))
)]
async fn rehearse_code(
    State(service): State<Shared>,
    Caller(token): Caller,
    key: IdempotencyKey,
    sent: Sent<Body>,
) -> Answer {
    let request = key.with(sent.bytes()?);
    let body = sent.body;
    let rehearsal = Rehearsal {
        subject: body.subject.name()?,
        code: body.code,
        proof: one_proof(body.assertion, body.assurance)?,
        client: client(body.client),
        request,
    };
    let rehearsed = service.app.rehearse(&token, rehearsal).await?;
    let body = Rehearsed { tested_at: rehearsed.tested_at, replayed: rehearsed.replayed };
    Ok(Json(body).into_response())
}
