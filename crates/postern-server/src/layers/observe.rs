//! The outermost layer: names the request, watches over it, counts it.

use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::Method;
use postern_app::Problem;
use tokio::time::{Instant, timeout};
use tracing::Instrument as _;

use super::caught::{Caught, Panicked};
use super::{bearer, headers};
use crate::peer::Peer;
use crate::problem::Refusal;
use crate::routes;
use crate::service::Shared;

/// Runs a request under a deadline, in a span that has its id, method and route template and nothing that it
/// says: no path, no query, no header, no body.
pub(crate) async fn observe(State(service): State<Shared>, mut request: Request, next: Next) -> Response {
    let id = service.request_ids.of(request.headers());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("unmatched", MatchedPath::as_str);
    let (method, interface) = (name(request.method()), is_interface(&request));
    let overdue = overdue(request.method());
    let deadline = service.limits.deadline + waits(route, request.uri().query());
    let peer = request.extensions().get::<Peer>().cloned().unwrap_or_default();
    bearer::take(&mut request, &peer, &service.proxies);
    let span = tracing::info_span!("request", id, method, route);
    let (begun, _in_flight) = (Instant::now(), service.metrics.begin());
    let mut response = async {
        match timeout(deadline, Caught::new(next.run(request))).await {
            Ok(Ok(response)) => return response,
            Ok(Err(Panicked)) => tracing::error!("a handler panicked; the request is answered as unknown"),
            Err(_) => tracing::warn!("a request was not answered in time"),
        }
        Refusal::App(overdue).into_response()
    }
    .instrument(span.clone())
    .await;
    headers::set(&mut response, &id, interface, peer.encrypted);
    let took = begun.elapsed();
    service.metrics.answered(route, method, response.status(), took);
    let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| tracing::info!(status = response.status().as_u16(), milliseconds, "answered"));
    response
}

/// Whether it is for the interface, not for a document about it.
pub(super) fn is_interface(request: &Request) -> bool {
    request.uri().path().starts_with("/v1/")
}

/// What an unanswered request may have done.
fn overdue(method: &Method) -> Problem {
    if method.is_safe() { Problem::Unavailable } else { Problem::OutcomeUnknown }
}

/// How long a reader of events asked to wait.
fn waits(route: &str, query: Option<&str>) -> Duration {
    if route != routes::EVENTS {
        return Duration::ZERO;
    }
    let wait =
        query.into_iter().flat_map(|query| query.split('&')).find_map(|pair| pair.strip_prefix("wait="));
    let seconds = wait.and_then(|wait| wait.parse().ok()).unwrap_or(0);
    Duration::from_secs(seconds).min(routes::LONGEST_WAIT)
}

/// A method from a closed list, so that a caller cannot invent labels.
fn name(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PATCH" => "PATCH",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}
