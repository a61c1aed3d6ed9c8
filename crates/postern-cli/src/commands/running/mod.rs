//! A running service: listeners, jobs, and a stop that finishes what it began.

mod anchor;
mod forged;
mod jobs;
mod signals;
mod watch;
mod witnesses;

use std::sync::Arc;

use ipnet::IpNet;
use postern_app::{App, Shipping, Witnessing};
use postern_core::ports::Anchors;
use postern_server::{Administration, Limits, Metrics, Readiness, Server};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::watch::{Receiver, channel};
use tokio::task::JoinSet;

pub(super) use self::signals::Signals;
pub(super) use self::watch::Watched;
use crate::failure::Failure;
use crate::sockets::Removed;
use crate::tls::Kept;

/// Everything that runs.
pub(super) struct Running {
    pub(super) app: Arc<App>,
    pub(super) listener: TcpListener,
    pub(super) admin: Option<Administration>,
    pub(super) operator: Option<UnixListener>,
    /// Files of sockets, removed when everything has ended.
    pub(super) files: Vec<Removed>,
    pub(super) anchors: Option<Arc<dyn Anchors>>,
    /// Where events are shipped to.
    pub(super) shipping: Option<Shipping>,
    /// Who cosigns checkpoints.
    pub(super) witnessing: Vec<Arc<Witnessing>>,
    pub(super) readiness: Arc<Readiness>,
    pub(super) limits: Limits,
    /// What the API's listener shows, if it speaks TLS.
    pub(super) tls: Option<Kept>,
    /// Networks of proxies that are believed.
    pub(super) proxies: Vec<IpNet>,
    /// Whether requests must name this machine as their host.
    pub(super) loopback_host: bool,
    pub(super) watched: Watched,
    /// Days that events keep their bytes; 0 for ever.
    pub(super) events_days: u32,
    /// What asks the process to stop.
    pub(super) signals: Signals,
}

/// Serves until the process is asked to stop.
pub(super) async fn run(running: Running) -> Result<(), Failure> {
    let (stop, stopping) = channel(false);
    let (signals, renew) = running.signals.apart();
    tokio::spawn(async move {
        signals.asked().await;
        tracing::info!("stopping: what has begun is finished first");
        let _ = stop.send(true);
    });
    // Stopping goes outside in: what asks, then what writes by itself, then the anchor, which has the last word.
    let (stop_jobs, jobs_stopping) = channel(false);
    let (stop_anchor, anchor_stopping) = channel(false);
    let metrics = Arc::new(Metrics::new());
    // Each in a task of its own: one that hangs holds up neither the anchor nor the others. Without an anchor nothing grows.
    let (stop_witnesses, witnesses_stopping) = channel(false);
    let mut witnesses = JoinSet::new();
    for witnessing in &running.witnessing {
        let (app, readiness) = (Arc::clone(&running.app), Arc::clone(&running.readiness));
        let stopping = witnesses_stopping.clone();
        witnesses.spawn(witnesses::ask(app, Arc::clone(witnessing), readiness, stopping));
    }
    let anchor = running.anchors.map(|anchors| {
        let (app, readiness, metrics) =
            (Arc::clone(&running.app), Arc::clone(&running.readiness), Arc::clone(&metrics));
        tokio::spawn(anchor::keep(
            app,
            (anchors, running.shipping, running.witnessing),
            readiness,
            metrics,
            anchor_stopping,
        ))
    });
    let (app, readiness) = (Arc::clone(&running.app), Arc::clone(&running.readiness));
    let watcher = watch::keep(app, running.watched, readiness, Arc::clone(&metrics), jobs_stopping.clone());
    let watcher = tokio::spawn(watcher);
    let jobs = jobs::begin(&running.app, &running.readiness, &metrics, running.events_days, &jobs_stopping);
    let operator = running.operator.map(|listener| {
        let app = Arc::clone(&running.app);
        tokio::spawn(postern_server::operator::serve(listener, app, stopped(stopping.clone())))
    });
    let tls = running.tls.as_ref().map(|kept| Arc::clone(&kept.listening));
    let watching = running.tls.map(|kept| tokio::spawn(kept.watch(renew, Arc::clone(&metrics))));
    let server = Server::new(Arc::clone(&running.app), running.limits, running.readiness, metrics)
        .require_loopback_host(running.loopback_host)
        .with_tls(tls)
        .trusting_proxies(running.proxies)
        .named_run(super::remote::fresh()?);
    server.serve(running.listener, running.admin, stopped(stopping)).await;
    if let Some(watching) = watching {
        watching.abort();
    }
    if let Some(operator) = operator {
        let _ = operator.await;
    }
    let _ = stop_jobs.send(true);
    for job in jobs {
        let _ = job.await;
    }
    let _ = watcher.await;
    running.app.number_pending().await;
    let _ = stop_anchor.send(true);
    if let Some(anchor) = anchor {
        let _ = anchor.await;
    }
    let _ = stop_witnesses.send(true);
    while witnesses.join_next().await.is_some() {}
    drop(running.files);
    Ok(())
}

async fn stopped(mut stopping: Receiver<bool>) {
    let _ = stopping.wait_for(|stop| *stop).await;
}
