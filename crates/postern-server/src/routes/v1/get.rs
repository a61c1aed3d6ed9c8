//! `GET /v1/`: what this service is and can do.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse as _;
use postern_codes::Format;
use postern_core::subject::Purpose;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use crate::extract::Caller;
use crate::openapi::Documented;
use crate::routes::{LONGEST_LIST, LONGEST_WAIT};
use crate::service::{Answer, Shared};
use crate::wire::Names as _;
use crate::wire::{FormatName, PurposeName};

/// What the service is and can do: the same for every tenant.
#[derive(Serialize, ToSchema)]
struct About {
    /// The version of this interface.
    version: u32,
    /// The release of the service.
    #[schema(example = "0.1.0")]
    release: &'static str,
    /// What it can do, by names that are never given another meaning. A later release adds to them.
    capabilities: &'static [&'static str],
    /// Formats of codes.
    #[schema(value_type = Vec<FormatName>)]
    formats: Vec<Value>,
    /// Purposes that a set can have.
    #[schema(value_type = Vec<PurposeName>)]
    purposes: Vec<Value>,
    /// What it takes at most.
    limits: Most,
}

/// What the service takes at most.
#[derive(Serialize, ToSchema)]
#[schema(as = AboutLimits)]
struct Most {
    /// Bytes of a body.
    body: usize,
    /// Bytes of path and query.
    target: usize,
    /// Elements of a page.
    page: usize,
    /// Seconds to wait for events.
    wait: u64,
    /// Requests in one connection.
    requests_per_connection: usize,
}

/// What this release can do, in alphabetical order.
const CAPABILITIES: [&str; 15] = [
    "assertions",
    "code-sets",
    "code-sets.revoke-many",
    "code-sets.special",
    "device-tokens",
    "events",
    "events.wait",
    "log.consistency",
    "log.proofs",
    "log.tiles",
    "receipts",
    "rehearsals",
    "subjects.erase",
    "subjects.export",
    "subjects.leave",
];

/// The route.
pub(crate) fn route() -> UtoipaMethodRouter<Shared> {
    Documented::new(routes!(about)).with_key().route()
}

/// Read what the service can do
///
/// Needs a key, and no scope: an application learns whether its key works, and what it may count on.
#[utoipa::path(
    get,
    path = "/v1/",
    tag = "service",
    responses((status = 200, description = "What it can do.", body = About))
)]
async fn about(State(service): State<Shared>, Caller(token): Caller) -> Answer {
    service.app.knows(&token).await?;
    let limits = &service.limits;
    let about = About {
        version: 1,
        release: env!("CARGO_PKG_VERSION"),
        capabilities: &CAPABILITIES,
        formats: Format::names(),
        purposes: Purpose::names(),
        limits: Most {
            body: limits.body,
            target: limits.target,
            page: LONGEST_LIST,
            wait: LONGEST_WAIT.as_secs(),
            requests_per_connection: limits.requests_per_connection,
        },
    };
    Ok(Json(about).into_response())
}
