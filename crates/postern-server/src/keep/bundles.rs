//! Bundles: written once, never replaced, never deleted.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use postern_core::ports::Put;

use super::{Keeping, Refused};

/// Names of all.
pub(super) async fn list(State(keeping): State<Arc<Keeping>>) -> Response {
    keeping.ask(|keeping| Ok(Json(keeping.shelf.bundles().list("")?).into_response())).await
}

/// One.
pub(super) async fn get(State(keeping): State<Arc<Keeping>>, Path(path): Path<String>) -> Response {
    let found = move |keeping: &Keeping| {
        let bytes = keeping.shelf.bundles().get(&checked(path)?)?;
        Ok(bytes.ok_or(Refused(StatusCode::NOT_FOUND))?.into_response())
    };
    keeping.ask(found).await
}

/// A new one.
pub(super) async fn put(
    State(keeping): State<Arc<Keeping>>,
    Path(path): Path<String>,
    body: Bytes,
) -> Response {
    let kept = move |keeping: &Keeping| {
        let path = checked(path)?;
        let _alone = keeping.writing.lock().map_err(|_| Refused(StatusCode::SERVICE_UNAVAILABLE))?;
        Ok(match keeping.shelf.bundles().put(&path, &body)? {
            Put::Kept => StatusCode::CREATED,
            Put::WasThere => StatusCode::PRECONDITION_FAILED,
        }
        .into_response())
    };
    keeping.ask(kept).await
}

/// A name that leads nowhere else and ends up in no list as something cut short.
fn checked(path: String) -> Result<String, Refused> {
    let fits = |part: &str| {
        (1..=200).contains(&part.len())
            && ![".", "..", "lost+found"].contains(&part)
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    let whole = path.len() <= 500 && path.split('/').all(fits) && !path.ends_with(".new");
    if whole { Ok(path) } else { Err(Refused(StatusCode::BAD_REQUEST)) }
}
