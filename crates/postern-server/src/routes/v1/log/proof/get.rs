//! `GET /v1/log/proof`: that an event is in the tenant's log.

use axum::extract::State;
use axum::response::IntoResponse as _;
use postern_app::{EventName, Problem};
use postern_core::application::Scope;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use crate::extract::{Asked, Caller};
use crate::openapi::Documented;
use crate::service::{Answer, Shared};

/// Which event.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// The event: its `evt_…` id, or its `index`.
    #[param(example = "41")]
    event: String,
}

/// The route.
pub(crate) fn route() -> UtoipaMethodRouter<Shared> {
    Documented::new(routes!(get_proof))
        .with_key()
        .scope(Scope::LogRead)
        .refused(&["malformed-request", "invalid-value", "not-found", "too-many-requests"])
        .route()
}

/// Prove that an event is in the log
///
/// The event, its index, its audit path and the newest checkpoint in one text (c2sp.org/tlog-proof, the event is the
/// `extra`). It can be checked offline with the log's verifier key. If much has to be read for it, the answer is
/// `too-many-requests` at first, and comes when it is asked for again.
#[utoipa::path(
    get,
    path = "/v1/log/proof",
    tag = "log",
    params(Which),
    responses(
        (status = 200, description = "A proof (c2sp.org/tlog-proof).", body = String, content_type = "text/plain")
    )
)]
async fn get_proof(
    State(service): State<Shared>,
    Caller(token): Caller,
    Asked(which): Asked<Which>,
) -> Answer {
    let event = EventName::parse(&which.event);
    let event = event.ok_or(Problem::InvalidValue("An event is named by its evt_… id or its index."))?;
    // A string answers as text/plain in UTF-8.
    Ok(service.app.proof(&token, event).await?.to_string().into_response())
}
