//! `postern keep`: the counterpart on a second host, which keeps an installation's anchors and bundles.

use std::path::Path;
use std::sync::Arc;

use postern_core::ports::{Clock as _, Shelf};
use postern_outside::Place;
use postern_outside::clock::SystemClock;
use postern_outside::kept_folder::KeptFolder;
use postern_server::keep::{self, Tokens};
use postern_server::{Metrics, Server};
use serde_json::json;
use tokio::sync::watch;
use zeroize::Zeroizing;

use super::running::Signals;
use crate::arguments::Keep;
use crate::config::{Source, Tls};
use crate::failure::Failure;
use crate::tls::Kept;
use crate::{logging, output};

/// The shortest token, in characters.
const SHORTEST: usize = 32;

/// Keeps until it is asked to stop.
pub(super) async fn run(arguments: Keep, json: bool) -> Result<(), Failure> {
    logging::begin("info", false);
    let signals = Signals::listen()?;
    let tokens = Tokens {
        anchors: token(&arguments.anchor_token_file)?,
        bundles: token(&arguments.shipping_token_file)?,
    };
    if tokens.anchors == tokens.bundles {
        return Err(Failure::Usage(
            "the tokens for anchors and for bundles are the same: whoever ships could move anchors. Make two"
                .to_owned(),
        ));
    }
    let shelf: Arc<dyn Shelf> = Arc::new(KeptFolder::open(&arguments.folder).map_err(Failure::refused)?);
    let tls = tls(&arguments).map(|tls| Kept::read(&tls)).transpose()?;
    let listener = match tls {
        Some(_) => Server::bind_anywhere(arguments.listen).await.map_err(Failure::refused)?,
        None => super::serve::bind(arguments.listen).await?,
    };
    let listen = listener.local_addr().map_err(Failure::refused)?;
    tracing::info!(%listen, "keeping");
    if json {
        let scheme = if tls.is_some() { "https" } else { "http" };
        output::data(&json!({ "url": format!("{scheme}://{listen}") }).to_string());
    }
    let (stops, renew) = signals.apart();
    let (stop, mut stopping) = watch::channel(false);
    tokio::spawn(async move {
        stops.asked().await;
        let _ = stop.send(true);
    });
    let listening = tls.as_ref().map(|kept| Arc::clone(&kept.listening));
    let watching = tls.map(|kept| tokio::spawn(kept.watch(renew, Arc::new(Metrics::new()))));
    let now = || SystemClock.now();
    let stopped = async move {
        let _ = stopping.wait_for(|stop| *stop).await;
    };
    keep::serve(listener, listening, (shelf, tokens), now, stopped).await;
    if let Some(watching) = watching {
        watching.abort();
    }
    Ok(())
}

fn tls(arguments: &Keep) -> Option<Tls> {
    let (certificate, key) = arguments.certificate.clone().zip(arguments.key.clone())?;
    Some(Tls {
        certificate,
        key: Source::File(key),
        client_authority: arguments.client_authority.clone(),
        require_client_certificate: arguments.client_authority.is_some(),
        client_revocations: None,
    })
}

fn token(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let line = Place::File(path.to_owned()).secret_line().map_err(Failure::refused)?;
    if line.len() < SHORTEST || !line.iter().all(u8::is_ascii_graphic) {
        return Err(Failure::Usage(format!(
            "the first line of {} is no token: at least {SHORTEST} characters, as `openssl rand -hex 32` makes them",
            path.display()
        )));
    }
    Ok(line)
}
