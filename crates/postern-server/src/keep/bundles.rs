//! Bundles: written once, never replaced, never deleted.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use postern_core::ports::{NamePage, Put, Wanted};
use serde::Deserialize;
use serde_json::json;

use super::{Keeping, Refused};

/// Names on a page: with the longest of them less than a client reads.
const PAGE: usize = 10_000;
/// Names in an answer that is not in pages: a client before there were pages reads no more.
const AT_ONCE: usize = 250_000;

/// Which names, as the query says it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    under: Option<String>,
    after: Option<String>,
    #[serde(default)]
    narrower: bool,
}

/// Names, a page at a time; in one answer for a client that does not say what it wants.
pub(super) async fn list(
    State(keeping): State<Arc<Keeping>>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let listed = move |keeping: &Keeping| {
        let Query(asked) = asked.map_err(|_| Refused(StatusCode::BAD_REQUEST))?;
        let pages = asked.under.is_some() || asked.after.is_some() || asked.narrower;
        let under = asked.under.filter(|under| !under.is_empty()).map(checked).transpose()?;
        let wanted = Wanted {
            under: under.unwrap_or_default(),
            after: asked.after.map(checked).transpose()?,
            narrower: asked.narrower,
            most: if pages { PAGE } else { AT_ONCE },
        };
        let NamePage { names, more } = keeping.shelf.names(&wanted)?;
        match (pages, more) {
            (true, _) => Ok(Json(json!({ "names": names, "more": more })).into_response()),
            (false, false) => Ok(Json(names).into_response()),
            (false, true) => Err(Refused(StatusCode::NOT_IMPLEMENTED)),
        }
    };
    keeping.ask(listed).await
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
