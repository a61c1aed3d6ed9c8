//! `GET /.well-known/jwks.json`: the keys that receipts are checked with.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse as _;
use http::header::CACHE_CONTROL;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use crate::openapi::Documented;
use crate::service::{Answer, Shared};

/// The route.
pub(crate) fn route() -> UtoipaMethodRouter<Shared> {
    Documented::new(routes!(get_receipt_keys)).route()
}

/// Read the receipt keys
#[utoipa::path(
    get,
    path = "/.well-known/jwks.json",
    tag = "documents",
    responses((status = 200, description = "A key set (RFC 7517).", body = Object))
)]
async fn get_receipt_keys(State(service): State<Shared>) -> Answer {
    let cached = [(CACHE_CONTROL, "public, max-age=300")];
    Ok((cached, Json(service.app.receipt_keys())).into_response())
}
