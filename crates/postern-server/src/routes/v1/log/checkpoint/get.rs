//! `GET /v1/log/checkpoint`: what the tenant's log is now, signed.

use axum::extract::State;
use axum::response::IntoResponse as _;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use crate::extract::Caller;
use crate::openapi::Documented;
use crate::service::{Answer, Shared};
use postern_core::application::Scope;

/// The route.
pub(crate) fn route() -> UtoipaMethodRouter<Shared> {
    Documented::new(routes!(get_checkpoint)).with_key().scope(Scope::LogRead).route()
}

/// Read the tenant's checkpoint
#[utoipa::path(
    get,
    path = "/v1/log/checkpoint",
    tag = "log",
    responses(
        (status = 200, description = "A signed note (C2SP tlog-checkpoint).", body = String, content_type = "text/plain")
    )
)]
async fn get_checkpoint(State(service): State<Shared>, Caller(token): Caller) -> Answer {
    // A string answers as text/plain in UTF-8.
    Ok(service.app.checkpoint(&token).await?.into_response())
}
