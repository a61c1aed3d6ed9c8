//! Who gets in: a bearer token, compared in constant time, before anything else is read.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use subtle::ConstantTimeEq as _;
use tokio::time::timeout;

use super::{DEADLINE, Keeping};

/// Lets a request on that shows the token of what it asks for.
pub(super) async fn check(State(keeping): State<Arc<Keeping>>, request: Request, next: Next) -> Response {
    let of_anchors = request.uri().path().starts_with("/anchors/");
    let token = if of_anchors { &keeping.tokens.anchors } else { &keeping.tokens.bundles };
    let shown = request.headers().get(AUTHORIZATION).map(http::HeaderValue::as_bytes);
    let shown = shown.and_then(|header| header.strip_prefix(b"Bearer ")).unwrap_or_default();
    // An empty token lets nobody in.
    if !token.is_empty() && bool::from(shown.ct_eq(token)) {
        next.run(request).await
    } else {
        (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, "Bearer")]).into_response()
    }
}

/// Ends a request that takes too long, its body too.
pub(super) async fn in_time(request: Request, next: Next) -> Response {
    match timeout(DEADLINE, next.run(request)).await {
        Ok(answer) => answer,
        Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
    }
}
