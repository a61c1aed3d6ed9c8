//! The counterpart on a second host: it keeps an installation's anchors and bundles, so that whoever has the
//! installation's host cannot set them back.
//!
//! ```text
//! GET  /healthz                 200, without a token
//! GET  /anchors/NAME            200 with ETag · 404
//! PUT  /anchors/NAME            If-None-Match: * or If-Match: 204 with ETag · 412 · 409 if it would go back · 428
//! GET  /bundles?under=PATH      200, a page of {"names": […], "more": false}, in order; &after=NAME for the next one
//! GET  /bundles                 200, all of them as […]; 501 if they are too many for that
//! GET  /bundles/PATH            200 · 404
//! PUT  /bundles/PATH            201 · 412 if there is one: it is written once
//! ```
//!
//! A listing has the widest bundle of each place; with `&narrower=true` all of them. Nothing is deleted over HTTP.
//! Anchors and bundles have a token each; nothing is said without one.

mod anchors;
mod bundles;
mod gate;

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::StatusCode;
use postern_app::Days;
use postern_core::ports::{CellFault, PlaceFault, Shelf};
use postern_core::{Time, limits};
use postern_tls::Listening;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::Instant;
use zeroize::Zeroizing;

use crate::Limits;
use crate::connections::{self, Door};

/// Bytes of a body: a bundle of the longest events, an anchor of twelve thousand logs.
const LONGEST: usize = 16 * 1024 * 1024;
/// Time for a request, with its body.
const DEADLINE: Duration = Duration::from_secs(30);
/// Few ask.
const LIMITS: Limits =
    Limits { connections: 256, connections_per_address: 64, write_time: DEADLINE, ..Limits::SHIPPED };
/// How often it is looked what is too old.
const TIDY: Duration = Duration::from_secs(3600);

/// Who may do what: two secrets. No `Debug`, no `Serialize`.
pub struct Tokens {
    /// Reads and writes anchors.
    pub anchors: Zeroizing<Vec<u8>>,
    /// Reads and writes bundles.
    pub bundles: Zeroizing<Vec<u8>>,
}

/// What handlers share.
pub(crate) struct Keeping {
    shelf: Arc<dyn Shelf>,
    tokens: Tokens,
    /// One writer at a time: what is compared is what is replaced.
    writing: Mutex<()>,
}

/// Keeps until `shutdown` resolves. `now` reads this host's clock.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Arc<Listening>>,
    (shelf, tokens): (Arc<dyn Shelf>, Tokens),
    now: impl Fn() -> Time,
    shutdown: impl Future<Output = ()>,
) {
    let (stop, stopping) = watch::channel(false);
    let tidying = tidy(Arc::clone(&shelf), now, stopping.clone());
    let router = router(Arc::new(Keeping { shelf, tokens, writing: Mutex::new(()) }));
    let until = async {
        shutdown.await;
        stop.send_replace(true);
    };
    let door = Door::new(LIMITS, tls, Arc::new([]));
    tokio::join!(connections::serve(listener, router, door, stopping), tidying, until);
}

pub(crate) fn router(keeping: Arc<Keeping>) -> Router {
    Router::new()
        .route("/anchors/{name}", get(anchors::get).put(anchors::put))
        .route("/bundles", get(bundles::list))
        .route("/bundles/{*path}", get(bundles::get).put(bundles::put))
        // Before any body is read.
        .route_layer(from_fn_with_state(Arc::clone(&keeping), gate::check))
        .route("/healthz", get(async || "alive\n"))
        .layer(DefaultBodyLimit::max(LONGEST))
        .layer(from_fn(gate::in_time))
        .with_state(keeping)
}

async fn tidy(shelf: Arc<dyn Shelf>, now: impl Fn() -> Time, mut stopping: watch::Receiver<bool>) {
    let (began, mut days) = (Instant::now(), Days::default());
    loop {
        let (shelf, today) = (Arc::clone(&shelf), days.today(now(), began.elapsed()));
        let tidied = tokio::task::spawn_blocking(move || shelf.tidy(today, limits::COPIED_KEYS_DAYS)).await;
        if let Ok(Err(fault)) = tidied {
            tracing::error!(%fault, "what is too old was not removed");
        }
        tokio::select! {
            () = tokio::time::sleep(TIDY) => {}
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
    }
}

impl Keeping {
    /// Asks the shelf, which waits for a disk.
    async fn ask(
        self: Arc<Self>,
        ask: impl FnOnce(&Self) -> Result<Response, Refused> + Send + 'static,
    ) -> Response {
        let asked = tokio::task::spawn_blocking(move || ask(&self)).await;
        match asked {
            Ok(Ok(answer)) => answer,
            Ok(Err(Refused(status))) => status.into_response(),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}

/// Why something was not done, as a status and nothing else.
struct Refused(StatusCode);

impl From<CellFault> for Refused {
    fn from(fault: CellFault) -> Self {
        tracing::error!(%fault, "an anchor was not read or written");
        Self(StatusCode::SERVICE_UNAVAILABLE)
    }
}

impl From<PlaceFault> for Refused {
    fn from(fault: PlaceFault) -> Self {
        tracing::error!(%fault, "a bundle was not read or written");
        Self(StatusCode::SERVICE_UNAVAILABLE)
    }
}

#[cfg(test)]
mod tests;
