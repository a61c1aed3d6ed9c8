//! The operator's socket: commands of the command line to a running service. Its file's mode decides who may
//! connect; the caller makes it and passes the listener.

use std::future::Future;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use http::{HeaderMap, StatusCode};
use postern_app::App;
use postern_app::operator::Command;
use serde_json::json;
use tokio::net::UnixListener;
use tokio::sync::watch;

use crate::Limits;
use crate::connections::{self, Door};

/// The header that names the person at the machine, for the log.
pub const OPERATOR: &str = "x-operator";

/// Bytes of a command.
const LONGEST: usize = 1024 * 1024;

/// Commands are few, and so are their connections.
const LIMITS: Limits = Limits { connections: 16, ..Limits::SHIPPED };

/// Serves `POST /operate` until `shutdown` resolves: a [`Command`] in JSON, answered with 200 and its value, or
/// with 422 and `{"error": "…"}`.
pub async fn serve(listener: UnixListener, app: Arc<App>, shutdown: impl Future<Output = ()>) {
    let (stop, stopping) = watch::channel(false);
    let router =
        Router::new().route("/operate", post(operate)).layer(DefaultBodyLimit::max(LONGEST)).with_state(app);
    let until = async {
        shutdown.await;
        stop.send_replace(true);
    };
    tokio::join!(connections::serve(listener, router, Door::plain(LIMITS), stopping), until);
}

async fn operate(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    // The message names a member or a place, and is for the operator's own eyes.
    let command = match serde_json::from_slice::<Command>(&body) {
        Ok(command) => command,
        Err(fault) => return refused(&format!("This service does not know that command: {fault}.")),
    };
    // It takes as long as it takes, ending a great many sets or checking a long log; whoever hangs up ends it.
    match app.operate(name(&headers), command).await {
        Ok(value) => Json(value).into_response(),
        Err(fault) => refused(&fault.to_string()),
    }
}

/// Who says that they ask. Whoever may open the socket may say anything here.
fn name(headers: &HeaderMap) -> &str {
    let said = headers.get(OPERATOR).and_then(|name| name.to_str().ok());
    said.filter(|name| (1..=64).contains(&name.len())).unwrap_or("operator")
}

fn refused(error: &str) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "error": error }))).into_response()
}
