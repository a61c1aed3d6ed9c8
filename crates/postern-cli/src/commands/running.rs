//! A running service: listeners, jobs, and a stop that finishes what it began.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use postern_app::App;
use postern_core::ports::{AnchorFault, Anchors};
use postern_server::{Limits, Metrics, Readiness, Server};
use tokio::net::{TcpListener, UnixListener};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::failure::Failure;

/// Everything that runs.
pub(super) struct Running {
    pub(super) app: Arc<App>,
    pub(super) listener: TcpListener,
    pub(super) admin: Option<TcpListener>,
    pub(super) operator: Option<(UnixListener, PathBuf)>,
    pub(super) anchors: Option<Arc<dyn Anchors>>,
    pub(super) readiness: Arc<Readiness>,
    pub(super) limits: Limits,
    /// Whether requests must name this machine as their host.
    pub(super) loopback_host: bool,
    /// What asks the process to stop.
    pub(super) signals: Signals,
}

/// What asks a process to stop. Made before a service says that it is ready, so that who then stops it at once
/// stops it well.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// From now on SIGTERM and SIGINT ask instead of killing.
    pub(super) fn listen() -> Result<Self, Failure> {
        let terminate = signal(SignalKind::terminate()).map_err(Failure::refused)?;
        let interrupt = signal(SignalKind::interrupt()).map_err(Failure::refused)?;
        Ok(Self { terminate, interrupt })
    }

    async fn asked(mut self) {
        tokio::select! { _ = self.terminate.recv() => {}, _ = self.interrupt.recv() => {} }
    }
}

/// How often the anchor is written.
const ANCHOR: Duration = Duration::from_secs(1);
/// Ticks in a row without a written anchor after which the service says that it is not ready.
const OLD_ANCHOR: u32 = 10;
/// How often sums of untested words are recorded.
const SUMS: Duration = Duration::from_secs(5);
/// When every row is first compared with its events.
const FIRST_REPLAY: Duration = Duration::from_secs(10 * 60);
/// How often every row is compared with its events.
const REPLAY: Duration = Duration::from_secs(24 * 3600);
/// How often expired sets are recorded.
const EXPIRY: Duration = Duration::from_secs(3600);

/// Serves until the process is asked to stop.
pub(super) async fn run(running: Running) -> Result<(), Failure> {
    let (stop, stopping) = watch::channel(false);
    let signals = running.signals;
    tokio::spawn(async move {
        signals.asked().await;
        tracing::info!("stopping: what has begun is finished first");
        let _ = stop.send(true);
    });
    // Stopping goes outside in: what asks, then what writes by itself, then the anchor, which has the last word.
    let (stop_jobs, jobs_stopping) = watch::channel(false);
    let (stop_anchor, anchor_stopping) = watch::channel(false);
    let metrics = Arc::new(Metrics::new());
    let anchor = running.anchors.map(|anchors| {
        let (app, readiness, metrics) =
            (Arc::clone(&running.app), Arc::clone(&running.readiness), Arc::clone(&metrics));
        tokio::spawn(keep_anchor(app, anchors, readiness, metrics, anchor_stopping))
    });
    let (sums, expiry) = (Arc::clone(&running.app), Arc::clone(&running.app));
    let jobs = [
        tokio::spawn(replay(Arc::clone(&running.app), Arc::clone(&running.readiness), jobs_stopping.clone())),
        tokio::spawn(every(SUMS, jobs_stopping.clone(), move || {
            let app = Arc::clone(&sums);
            async move {
                app.flush_sums().await;
            }
        })),
        tokio::spawn(every(EXPIRY, jobs_stopping, move || {
            let app = Arc::clone(&expiry);
            async move {
                if app.hold("expiry", EXPIRY / 2).await {
                    app.settle_due().await;
                }
            }
        })),
    ];
    let socket = running.operator.as_ref().map(|(_, path)| path.clone());
    let operator = running.operator.map(|(listener, _)| {
        let app = Arc::clone(&running.app);
        tokio::spawn(postern_server::operator::serve(listener, app, stopped(stopping.clone())))
    });
    let server = Server::new(Arc::clone(&running.app), running.limits, running.readiness, metrics)
        .require_loopback_host(running.loopback_host)
        .named_run(super::remote::fresh()?);
    server.serve(running.listener, running.admin, stopped(stopping)).await;
    if let Some(operator) = operator {
        let _ = operator.await;
    }
    let _ = stop_jobs.send(true);
    for job in jobs {
        let _ = job.await;
    }
    running.app.number_pending().await;
    let _ = stop_anchor.send(true);
    if let Some(anchor) = anchor {
        let _ = anchor.await;
    }
    if let Some(socket) = socket {
        let _ = std::fs::remove_file(socket);
    }
    Ok(())
}

/// Runs a job at its interval, and once more when the service stops. Each job has a task of its own: a long one
/// holds no other up.
async fn every<F: Future<Output = ()>>(
    interval: Duration,
    stopping: watch::Receiver<bool>,
    job: impl Fn() -> F,
) {
    let mut ticks = tokio::time::interval(interval);
    let stop = stopped(stopping);
    tokio::pin!(stop);
    loop {
        let over = tokio::select! { _ = ticks.tick() => false, () = &mut stop => true };
        job().await;
        if over {
            return;
        }
    }
}

/// Rebuilds every row from its events once a day and compares.
async fn replay(app: Arc<App>, readiness: Arc<Readiness>, stopping: watch::Receiver<bool>) {
    let stop = stopped(stopping);
    tokio::pin!(stop);
    let mut wait = FIRST_REPLAY;
    loop {
        tokio::select! { () = tokio::time::sleep(wait) => {}, () = &mut stop => return }
        wait = REPLAY;
        if !app.hold("replay", REPLAY / 2).await {
            continue;
        }
        let report = tokio::select! { report = app.verify(None, true) => report, () = &mut stop => return };
        match report {
            Ok(report) if report.verified => {
                tracing::info!(rows = report.rows, "every row is what its events make");
                readiness.clear("evidence-differs");
            }
            Ok(report) => {
                for finding in report.findings {
                    tracing::error!(tenant = %finding.tenant, object = finding.object, what = finding.what, "evidence differs");
                }
                readiness.degraded("evidence-differs");
            }
            Err(refused) => tracing::error!(%refused, "rows were not compared with their events"),
        }
    }
}

/// Writes the anchor once a second, and a last time when the service stops.
async fn keep_anchor(
    app: Arc<App>,
    anchors: Arc<dyn Anchors>,
    readiness: Arc<Readiness>,
    metrics: Arc<Metrics>,
    stopping: watch::Receiver<bool>,
) {
    let mut ticks = tokio::time::interval(ANCHOR);
    let (mut behind, mut missed, mut complete) = (Vec::new(), 0u32, false);
    let stop = stopped(stopping);
    tokio::pin!(stop);
    loop {
        let over = tokio::select! { _ = ticks.tick() => false, () = &mut stop => true };
        if !complete {
            // A log may have grown while nothing was serving.
            match app.all_logs().await {
                Ok(all) => {
                    behind.extend(all);
                    complete = true;
                }
                Err(fault) => {
                    tracing::error!(%fault, "the logs were not listed; the next second tries again");
                }
            }
        }
        match app.anchor(&anchors, &mut behind).await {
            Ok(()) => {
                missed = 0;
                readiness.clear("anchor-old");
            }
            Err(fault @ (AnchorFault::Overtaken | AnchorFault::Backwards(_))) => {
                tracing::error!(%fault, "nothing is served any more");
                readiness.not_ready("anchor-disagrees");
                app.stop();
                return;
            }
            Err(AnchorFault::Unavailable(fault)) => {
                missed += 1;
                tracing::error!(%fault, missed, "the anchor was not written");
                if missed >= OLD_ANCHOR {
                    readiness.degraded("anchor-old");
                }
            }
        }
        metrics.set_log_anchor_age(ANCHOR * missed);
        metrics.set_log_merge_delay(app.merge_delay());
        if over {
            return;
        }
    }
}

async fn stopped(mut stopping: watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stop| *stop).await;
}
