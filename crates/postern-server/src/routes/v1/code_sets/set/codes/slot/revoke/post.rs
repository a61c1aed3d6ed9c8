//! `POST /v1/code-sets/{set}/codes/{slot}/revoke`: ends one code.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse as _;
use postern_core::ids::SetId;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use crate::extract::{At, Caller, IdempotencyKey, Sent};
use crate::openapi::Documented;
use crate::routes::v1::code_sets::set::revoke::post::Body;
use crate::service::{Answer, Shared};
use postern_core::application::Scope;

/// A code that works no more.
#[derive(Serialize, ToSchema)]
pub(crate) struct RevokedCode {
    /// The set.
    set: String,
    /// The code's number.
    slot: u8,
}

/// The route.
pub(crate) fn route() -> UtoipaMethodRouter<Shared> {
    Documented::new(routes!(revoke_code))
        .with_key()
        .scope(Scope::SetsRevoke)
        .with_idempotency_key()
        .with_body()
        .refused(&["not-found", "state-changed", "idempotency-key-reused", "too-many-requests"])
        .route()
}

/// Revoke one code by its number
///
/// The answer is the same whether it was live or spent.
#[utoipa::path(
    post,
    path = "/v1/code-sets/{set}/codes/{slot}/revoke",
    tag = "code sets",
    params(
        ("set" = String, Path, pattern = r"^set_[0-9a-hjkmnp-tv-z]{27,34}$", description = "The set's `set_…` id."),
        ("slot" = u8, Path, minimum = 1, maximum = 99, description = "The code's number, from 1.")
    ),
    request_body = Body,
    responses((status = 200, description = "It works no more.", body = RevokedCode))
)]
async fn revoke_code(
    State(service): State<Shared>,
    Caller(token): Caller,
    At((set, slot)): At<(SetId, u8)>,
    key: IdempotencyKey,
    sent: Sent<Body>,
) -> Answer {
    let request = key.with(sent.bytes_with_path()?);
    service.app.revoke(&token, set, Some(slot), sent.body.reason, &request).await?;
    Ok(Json(RevokedCode { set: set.to_string(), slot }).into_response())
}
