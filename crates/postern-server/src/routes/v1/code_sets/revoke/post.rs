//! `POST /v1/code-sets/revoke`: ends what many subjects have.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse as _;
use http::StatusCode;
use postern_app::{BulkRevocation, RevokedOf};
use postern_core::application::Scope;
use postern_core::subject::fact::{RevokeReason, asked_reason};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use crate::extract::{Caller, IdempotencyKey, Sent};
use crate::openapi::Documented;
use crate::service::{Answer, Shared};
use crate::wire::{RevokeReasonName, SubjectRef};

/// Whose sets end, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BulkRevocation)]
pub(crate) struct Body {
    /// `compromised` and `leaked` also renew the subjects' keys.
    #[serde(deserialize_with = "asked_reason")]
    #[schema(value_type = RevokeReasonName)]
    reason: RevokeReason,
    /// 1 to 500 subjects. Each counts under the application's cap.
    #[schema(min_items = 1, max_items = 500)]
    subjects: Vec<SubjectRef>,
}

/// What became of them, in the order of the request.
#[derive(Serialize, ToSchema)]
pub(crate) struct BulkRevoked {
    /// One for each.
    items: Vec<Became>,
}

/// What became of one subject's sets.
#[derive(Serialize, ToSchema)]
#[schema(as = BulkRevokedOne)]
pub(crate) struct Became {
    /// `revoked`, `without_codes`, `not_found`, `out_of_reach` (of a tier that the scope is not for) or `altered` (what is
    /// stored is not as it was written: tell the operator). Nothing was changed for the last three.
    #[schema(pattern = "^(revoked|without_codes|not_found|out_of_reach|altered)$")]
    outcome: &'static str,
}

/// The route.
pub(crate) fn route() -> UtoipaMethodRouter<Shared> {
    Documented::new(routes!(revoke_many))
        .with_key()
        .scope(Scope::SetsRevoke)
        .with_idempotency_key()
        .with_body()
        .refused(&["state-changed", "idempotency-key-reused", "too-many-requests"])
        .route()
}

/// Revoke the code sets of many subjects
///
/// Ends the active and the staged set of each. A repetition with the same key ends nothing that came after. One that is not
/// reached keeps none of the others; if none is, the request is refused. If the cap ends it half-way, those before were revoked: ask again with the same key.
#[utoipa::path(
    post,
    path = "/v1/code-sets/revoke",
    tag = "code sets",
    request_body = Body,
    responses((status = 202, description = "Taken. What became of each.", body = BulkRevoked))
)]
async fn revoke_many(
    State(service): State<Shared>,
    Caller(token): Caller,
    key: IdempotencyKey,
    sent: Sent<Body>,
) -> Answer {
    let request = key.with(sent.bytes()?);
    let subjects = sent.body.subjects.into_iter().map(SubjectRef::name).collect::<Result<_, _>>()?;
    let asked = BulkRevocation { reason: sent.body.reason, subjects, request };
    let outcomes = service.app.revoke_many(&token, &asked).await?;
    let items = outcomes.into_iter().map(|outcome| Became { outcome: name(outcome) }).collect();
    Ok((StatusCode::ACCEPTED, Json(BulkRevoked { items })).into_response())
}

const fn name(outcome: RevokedOf) -> &'static str {
    match outcome {
        RevokedOf::Revoked => "revoked",
        RevokedOf::WithoutCodes => "without_codes",
        RevokedOf::NotFound => "not_found",
        RevokedOf::OutOfReach => "out_of_reach",
        RevokedOf::Altered => "altered",
    }
}
