//! `postern serve`.

use std::sync::Arc;

use postern_app::operator::Note;
use postern_app::{App, Shipping, Witnessing};
use postern_core::ports::Anchors;
use postern_server::{Administration, Readiness, Server};
use serde_json::json;
use tokio::net::TcpListener;

use super::operate::whoami;
use super::running::{self, Running, Signals, Watched};
use crate::arguments::Configured;
use crate::config::{Config, Place};
use crate::failure::Failure;
use crate::installation::For;
use crate::tls::Kept;
use crate::{checks, elsewhere, installation, logging, output, sockets};

/// Serves what the configuration says. A data folder that its anchor does not agree with is not served: the
/// process stays, says why on `/readyz`, and answers nothing else.
pub(super) async fn run(configured: Configured, json: bool) -> Result<(), Failure> {
    let config = Config::read(&configured.config)?;
    logging::begin(&config.log.level, config.log.json);
    let signals = Signals::listen()?;
    installation::refuse_demonstration(&config.store.data)?;
    checks::refuse(&config).await?;
    let app = installation::open(&config, For::Serving).await?;
    installation::check_keys(&app, &config).await?;
    elsewhere::waiting(&config, |config| elsewhere::reach(&config.anchor)).await?;
    let readiness = Arc::new(Readiness::new());
    let anchors = anchor(&app, &config, &readiness).await;
    if anchors.is_some() {
        app.begin_numbering();
        note_keys(&app, &config).await?;
    }
    let shipping = elsewhere::place(None, &config)?.map(Shipping::to);
    let witnesses = elsewhere::witnesses(&config)?;
    let witnessing = witnesses.into_iter().map(Witnessing::by).map(Arc::new).collect();
    let tls = config.server.tls.as_ref().map(Kept::read).transpose()?;
    let listener = match tls {
        Some(_) => Server::bind_anywhere(config.server.listen).await.map_err(Failure::refused)?,
        None => bind(config.server.listen).await?,
    };
    let admin = administration(&config.server.admin).await?;
    let socket = sockets::listen(&config.server.socket, sockets::OPERATOR).await?;
    let mut files = vec![sockets::Removed(config.server.socket.clone())];
    if let Place::Socket(path) = &config.server.admin {
        files.push(sockets::Removed(path.clone()));
    }
    announce(&listener, &admin, &config.server.admin, tls.is_some(), json)?;
    running::run(Running {
        app,
        listener,
        admin: Some(admin),
        operator: Some(socket),
        files,
        anchors,
        shipping,
        witnessing,
        readiness,
        limits: config.limits().of_server(),
        tls,
        watched: watched(&config),
        events_days: config.retention.events_days,
        proxies: config.server.trusted_proxies,
        loopback_host: false,
        signals,
    })
    .await
}

/// Records what tells this installation's keys from others, where an earlier release has not.
async fn note_keys(app: &App, config: &Config) -> Result<(), Failure> {
    let which = if config.store.postgres.is_some() { Note::New } else { Note::Everything };
    app.operator(&whoami()).note_keys(which).await.map_err(Failure::refused)
}

/// What is watched: the disk of the data, or where a database has them, of the anchor.
fn watched(config: &Config) -> Watched {
    let anchors = config.anchor.file.parent().unwrap_or(&config.anchor.file);
    let folder = if config.store.postgres.is_some() { anchors } else { &config.store.data };
    let disk_low = config.store.disk_low_mib.saturating_mul(1024 * 1024);
    Watched { folder: folder.to_path_buf(), disk_low }
}

/// Takes the anchor over, if the data folder continues what it knows.
async fn anchor(app: &App, config: &Config, readiness: &Readiness) -> Option<Arc<dyn Anchors>> {
    match elsewhere::taken_over(app, config).await {
        Ok(keeper) => Some(keeper),
        Err(problem) => {
            tracing::error!(%problem, "not ready: nothing is served");
            readiness.not_ready("anchor-disagrees");
            app.stop();
            None
        }
    }
}

/// Says where it listens: in the log, and as one line of JSON if asked for.
fn announce(
    listener: &TcpListener,
    admin: &Administration,
    named: &Place,
    encrypted: bool,
    json: bool,
) -> Result<(), Failure> {
    let listen = listener.local_addr().map_err(Failure::refused)?;
    let admin = match admin {
        Administration::Tcp(bound) => format!("http://{}", bound.local_addr().map_err(Failure::refused)?),
        Administration::Unix(_) => named.to_string(),
    };
    tracing::info!(%listen, %admin, "serving");
    if json {
        let scheme = if encrypted { "https" } else { "http" };
        let line = json!({ "url": format!("{scheme}://{listen}"), "admin": admin });
        output::data(&line.to_string());
    }
    Ok(())
}

/// Listens for health and metrics.
async fn administration(place: &Place) -> Result<Administration, Failure> {
    match place {
        Place::Address(address) => bind(*address).await.map(Administration::Tcp),
        Place::Socket(path) => sockets::listen(path, sockets::ADMIN).await.map(Administration::Unix),
    }
}

/// Listens on a loopback address.
pub(super) async fn bind(address: std::net::SocketAddr) -> Result<TcpListener, Failure> {
    Server::bind(address).await.map_err(Failure::refused)
}
