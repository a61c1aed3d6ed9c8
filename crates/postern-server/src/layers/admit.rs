//! Admission: decided before a body is read or a key is looked at.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use postern_app::Problem;

use super::host;
use crate::place::Place;
use crate::problem::Refusal;
use crate::service::Shared;

/// What is said of a target that is too long.
const TOO_LONG: &str = "Path and query are too long for this service.";

/// Lets a request in if it is for this host, the service may answer, and there is a place.
pub(crate) async fn admit(State(service): State<Shared>, mut request: Request, next: Next) -> Response {
    if service.loopback_host && !host::is_loopback(&request) {
        return Refusal::App(Problem::NotFound).into_response();
    }
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    if target > service.limits.target {
        return Refusal::MalformedRequest(TOO_LONG).into_response();
    }
    if service.readiness.blocks() && super::observe::is_interface(&request) {
        return Refusal::App(Problem::Unavailable).into_response();
    }
    match Place::take(&service) {
        Ok(place) => {
            request.extensions_mut().insert(place.clone());
            let answer = next.run(request).await;
            drop(place);
            answer
        }
        Err(busy) => busy.into_response(),
    }
}
