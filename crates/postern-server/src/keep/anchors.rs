//! Anchors: read here and compared, so that none goes back.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::header::{ETAG, IF_MATCH, IF_NONE_MATCH};
use http::{HeaderMap, StatusCode};
use postern_core::ports::CellValue;
use postern_log::Anchor;

use super::{Keeping, Refused};

/// The anchor, with its tag.
pub(super) async fn get(State(keeping): State<Arc<Keeping>>, Path(name): Path<String>) -> Response {
    let found = move |keeping: &Keeping| {
        let value = cell(keeping, &name)?.read()?.ok_or(Refused(StatusCode::NOT_FOUND))?;
        Ok(([(ETAG, value.tag)], value.bytes).into_response())
    };
    keeping.ask(found).await
}

/// Puts a newer one in its place.
pub(super) async fn put(
    State(keeping): State<Arc<Keeping>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    keeping.ask(move |keeping| replaced(keeping, &name, &headers, &body)).await
}

fn replaced(keeping: &Keeping, name: &str, headers: &HeaderMap, body: &[u8]) -> Result<Response, Refused> {
    let next = Anchor::from_json(body).map_err(|_| Refused(StatusCode::BAD_REQUEST))?;
    let _alone = keeping.writing.lock().map_err(|_| Refused(StatusCode::SERVICE_UNAVAILABLE))?;
    let cell = cell(keeping, name)?;
    let found = cell.read()?;
    let is =
        |header, wanted: &str| headers.get(header).is_some_and(|given| given.as_bytes() == wanted.as_bytes());
    let met = match &found {
        _ if !headers.contains_key(IF_MATCH) && !headers.contains_key(IF_NONE_MATCH) => {
            return Err(Refused(StatusCode::PRECONDITION_REQUIRED));
        }
        None => is(IF_NONE_MATCH, "*"),
        Some(found) => is(IF_MATCH, &found.tag),
    };
    if !met {
        return Err(Refused(StatusCode::PRECONDITION_FAILED));
    }
    let mut goes_back = false;
    if let Some(found) = &found {
        let before = Anchor::from_json(&found.bytes).map_err(|fault| {
            tracing::error!(%fault, "the anchor that is kept is damaged");
            Refused(StatusCode::SERVICE_UNAVAILABLE)
        })?;
        goes_back = !next.covers(&before);
        if goes_back && !is_let_back(keeping, name, &before, &next)? {
            tracing::error!(
                name,
                "an anchor was to go back: somebody sets records back, or resolves a rollback"
            );
            return Err(Refused(StatusCode::CONFLICT));
        }
    }
    let answer = written(&*cell, found.as_ref(), body)?;
    if goes_back {
        // Once it did, and not before: a write that fails uses nobody's leave up.
        keeping.shelf.end_leave(name)?;
    }
    Ok(answer)
}

/// Whether somebody at this host lets it go back, under a new epoch.
fn is_let_back(keeping: &Keeping, name: &str, before: &Anchor, next: &Anchor) -> Result<bool, Refused> {
    Ok(next.epoch > before.epoch && keeping.shelf.has_leave(name)?)
}

fn written(
    cell: &dyn postern_core::ports::Cell,
    found: Option<&CellValue>,
    body: &[u8],
) -> Result<Response, Refused> {
    if !cell.swap(found, body)? {
        return Err(Refused(StatusCode::PRECONDITION_FAILED));
    }
    let now = cell.read()?.ok_or(Refused(StatusCode::SERVICE_UNAVAILABLE))?;
    Ok((StatusCode::NO_CONTENT, [(ETAG, now.tag)]).into_response())
}

fn cell(keeping: &Keeping, name: &str) -> Result<Box<dyn postern_core::ports::Cell>, Refused> {
    keeping.shelf.anchor(name).map_err(|_| Refused(StatusCode::BAD_REQUEST))
}
