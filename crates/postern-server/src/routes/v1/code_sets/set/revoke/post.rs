//! `POST /v1/code-sets/{set}/revoke`: ends a set.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse as _;
use postern_core::ids::SetId;
use postern_core::subject::fact::{RevokeReason, asked_reason};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use crate::extract::{At, Caller, IdempotencyKey, Sent};
use crate::openapi::Documented;
use crate::service::{Answer, Shared};
use crate::wire::RevokeReasonName;
use postern_core::application::Scope;

/// Why it ends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Revocation)]
pub(crate) struct Body {
    /// `compromised` and `leaked` also renew the subject's keys.
    #[serde(deserialize_with = "asked_reason")]
    #[schema(value_type = RevokeReasonName)]
    pub(crate) reason: RevokeReason,
}

/// A set that works no more.
#[derive(Serialize, ToSchema)]
pub(crate) struct RevokedSet {
    /// Names it.
    set: String,
}

/// The route.
pub(crate) fn route() -> UtoipaMethodRouter<Shared> {
    Documented::new(routes!(revoke_code_set))
        .with_key()
        .scope(Scope::SetsRevoke)
        .with_idempotency_key()
        .with_body()
        .refused(&["not-found", "state-changed", "idempotency-key-reused", "too-many-requests"])
        .route()
}

/// Revoke a code set
///
/// The answer is the same whether it was live or not.
#[utoipa::path(
    post,
    path = "/v1/code-sets/{set}/revoke",
    tag = "code sets",
    params(("set" = String, Path, pattern = r"^set_[0-9a-hjkmnp-tv-z]{27,34}$", description = "The set's `set_…` id.")),
    request_body = Body,
    responses((status = 200, description = "It works no more.", body = RevokedSet))
)]
async fn revoke_code_set(
    State(service): State<Shared>,
    Caller(token): Caller,
    At(set): At<SetId>,
    key: IdempotencyKey,
    sent: Sent<Body>,
) -> Answer {
    let request = key.with(sent.bytes_with_path()?);
    service.app.revoke(&token, set, None, sent.body.reason, &request).await?;
    Ok(Json(RevokedSet { set: set.to_string() }).into_response())
}
