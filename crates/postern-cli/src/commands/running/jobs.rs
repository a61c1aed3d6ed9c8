//! What a running service does by itself: sums, ends of sets, rows held against their events.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use postern_app::App;
use postern_server::Readiness;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::stopped;

/// How often sums of untested words are recorded.
const SUMS: Duration = Duration::from_secs(5);
/// When every row is first compared with its events.
const FIRST_REPLAY: Duration = Duration::from_secs(10 * 60);
/// How often every row is compared with its events.
const REPLAY: Duration = Duration::from_secs(24 * 3600);
/// How often the pepper's versions are held against the record.
const PEPPERS: Duration = Duration::from_secs(60);
/// How often expired sets are recorded.
const EXPIRY: Duration = Duration::from_secs(3600);

/// Begins them all. Each has a task of its own: a long one holds no other up.
pub(super) fn begin(
    app: &Arc<App>,
    readiness: &Arc<Readiness>,
    stopping: &watch::Receiver<bool>,
) -> [JoinHandle<()>; 4] {
    let (sums, expiry, peppers) =
        (Arc::clone(app), Arc::clone(app), (Arc::clone(app), Arc::clone(readiness)));
    [
        tokio::spawn(replay(Arc::clone(app), Arc::clone(readiness), stopping.clone())),
        tokio::spawn(every(SUMS, stopping.clone(), move || {
            let app = Arc::clone(&sums);
            async move {
                app.flush_sums().await;
            }
        })),
        tokio::spawn(every(PEPPERS, stopping.clone(), move || {
            let (app, readiness) = peppers.clone();
            async move {
                match app.check_peppers().await {
                    Ok(()) => readiness.clear("other-pepper"),
                    Err(problem) => {
                        tracing::error!("{problem}");
                        readiness.degraded("other-pepper");
                    }
                }
            }
        })),
        tokio::spawn(every(EXPIRY, stopping.clone(), move || {
            let app = Arc::clone(&expiry);
            async move {
                if app.hold("expiry", EXPIRY / 2).await {
                    app.settle_due().await;
                }
            }
        })),
    ]
}

/// Runs a job at its interval, and once more when the service stops.
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
        let report = tokio::select! { report = app.verify_slowly() => report, () = &mut stop => return };
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
