//! `GET /v1/log/proof`: that an event is in the tenant's log, or that the log begins with an earlier one.

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
use crate::problem::Refusal;
use crate::service::{Answer, Shared};

/// What is to be proved: exactly one of both.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// The event: its `evt_…` id, or its `index`.
    #[param(example = "0", pattern = r"^(0|[1-9][0-9]{0,18}|evt_[0-9a-hjkmnp-tv-z]{29,41})$")]
    event: Option<String>,
    /// The size of an earlier log, as a kept checkpoint has it, from 1: that it was only added to.
    #[param(minimum = 1)]
    from: Option<u64>,
}

/// The route.
pub(crate) fn route() -> UtoipaMethodRouter<Shared> {
    Documented::new(routes!(get_proof))
        .with_key()
        .scope(Scope::LogRead)
        .refused(&["malformed-request", "invalid-value", "not-found", "no-longer-kept", "too-many-requests"])
        .route()
}

/// Prove that an event is in the log, or that the log was only added to
///
/// With `event`: the event, its index, its audit path and the newest checkpoint in one text (c2sp.org/tlog-proof, the event is the
/// `extra`). It can be checked offline with the log's verifier key. With `from`: the
/// earlier size, the consistency proof of RFC 6962 and the newest checkpoint, as the body of c2sp.org/tlog-witness's
/// `add-checkpoint`; it is checked with the root of the kept checkpoint. If much has to be read for it, the answer is
/// `too-many-requests` at first, and comes when it is asked for again.
#[utoipa::path(
    get,
    path = "/v1/log/proof",
    tag = "log",
    params(Which),
    responses(
        (status = 200, description = "A proof (c2sp.org/tlog-proof, or the body of c2sp.org/tlog-witness).", body = String, content_type = "text/plain")
    )
)]
async fn get_proof(
    State(service): State<Shared>,
    Caller(token): Caller,
    Asked(which): Asked<Which>,
) -> Answer {
    // A string answers as text/plain in UTF-8.
    Ok(match (which.event, which.from) {
        (Some(event), None) => {
            let event = EventName::parse(&event);
            let event =
                event.ok_or(Problem::InvalidValue("An event is named by its evt_… id or its index."))?;
            service.app.proof(&token, event).await?.to_string().into_response()
        }
        (None, Some(earlier)) => service.app.consistency(&token, earlier).await?.to_string().into_response(),
        _ => {
            return Err(Refusal::MalformedRequest(
                "Name what is to be proved: an event, or the size of an earlier log.",
            ));
        }
    })
}
