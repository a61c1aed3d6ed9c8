//! The administrator's listener: liveness, readiness, metrics. It has no secrets and is not for the public.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde_json::json;

use crate::service::Shared;

/// Its routes.
pub(crate) fn all() -> Router<Shared> {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
}

/// Whether the process answers at all.
async fn healthz() -> Response {
    Json(json!({ "alive": true })).into_response()
}

/// Whether requests should be sent here, and if not why.
async fn readyz(State(service): State<Shared>) -> Response {
    let reasons = service.readiness.all();
    if reasons.is_empty() {
        return Json(json!({ "ready": true })).into_response();
    }
    let body = json!({ "ready": false, "reasons": reasons });
    (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
}

/// The numbers in the text form that Prometheus reads.
async fn metrics(State(service): State<Shared>) -> Response {
    service.metrics.set_alarms(&service.readiness.all());
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, kind)], service.metrics.text()).into_response()
}
