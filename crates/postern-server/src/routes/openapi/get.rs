//! `GET /openapi.json`: the document of these routes.

use std::sync::OnceLock;

use axum::response::IntoResponse as _;
use http::header::CONTENT_TYPE;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use crate::openapi::{Documented, openapi};
use crate::service::{Answer, Shared};

/// Written once; it is the same every time.
static DOCUMENT: OnceLock<String> = OnceLock::new();

/// The route.
pub(crate) fn route() -> UtoipaMethodRouter<Shared> {
    Documented::new(routes!(get_openapi)).route()
}

/// Read this document
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "documents",
    responses((status = 200, description = "An OpenAPI 3.1 document.", body = Object))
)]
async fn get_openapi() -> Answer {
    let document = DOCUMENT.get_or_init(openapi).as_str();
    Ok(([(CONTENT_TYPE, "application/json")], document).into_response())
}
