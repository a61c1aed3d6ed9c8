//! `GET /v1/log/tile/…`: tiles and entry bundles of the tenant's log, at the paths of C2SP tlog-tiles.

use axum::extract::State;
use axum::response::IntoResponse as _;
use http::header::CONTENT_TYPE;
use postern_log::Tile;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use crate::extract::{At, Caller};
use crate::openapi::Documented;
use crate::service::{Answer, Shared};
use postern_core::application::Scope;

/// The route.
pub(crate) fn route() -> UtoipaMethodRouter<Shared> {
    Documented::new(routes!(get_tile))
        .with_key()
        .scope(Scope::LogRead)
        .refused(&["not-found", "no-longer-kept", "too-many-requests"])
        .route()
}

/// Read a tile or an entry bundle
///
/// The hashes of the tenant's log in tiles of 256, and its events in bundles of as many (C2SP tlog-tiles). What it
/// holds does not change as the log grows. If much has to be read for it, the answer is `too-many-requests` at first,
/// and comes when it is asked for again.
#[utoipa::path(
    get,
    path = "/v1/log/tile/{level}/{*index}",
    tag = "log",
    params(
        ("level" = String, Path, description = "0 to 63, from the leaf hashes up, or `entries`.", example = "0"),
        (
            "index" = String, Path,
            description = "The tile's index in elements of three digits, `x001/x234/067`; of a partial tile with its width behind it, `000.p/17`.",
            example = "000.p/1"
        )
    ),
    responses(
        (
            status = 200,
            description = "Hashes of 32 bytes each, or entries behind two bytes of length each.",
            body = Vec<u8>,
            content_type = "application/octet-stream"
        )
    )
)]
async fn get_tile(State(service): State<Shared>, Caller(token): Caller, At(tile): At<Tile>) -> Answer {
    let bytes = service.app.tile(&token, tile).await?;
    Ok(([(CONTENT_TYPE, "application/octet-stream")], bytes).into_response())
}
