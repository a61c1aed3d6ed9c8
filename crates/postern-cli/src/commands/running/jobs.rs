//! What a running service does by itself: sums, ends of sets, rows held against their events.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use postern_app::App;
use postern_server::{Metrics, Readiness};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::{forged, stopped};

/// How often sums of untested words are recorded.
const SUMS: Duration = Duration::from_secs(5);
/// How long the end of the service waits for the last of them.
const LAST_SUMS: Duration = Duration::from_secs(10);
/// When every row is first compared with its events.
const FIRST_REPLAY: Duration = Duration::from_secs(10 * 60);
/// How often alarms are told and new campaigns looked for.
const OFTEN: Duration = Duration::from_secs(1);
/// How often every row is compared with its events.
const REPLAY: Duration = Duration::from_secs(24 * 3600);
/// How often the pepper's versions are held against the record.
const PEPPERS: Duration = Duration::from_secs(60);
/// How often expired sets are recorded.
const EXPIRY: Duration = Duration::from_secs(3600);

/// When old events are first looked for, and the hashes over the logs stored.
const FIRST_KEEPING: Duration = Duration::from_secs(60);
/// How often that is done again.
const KEEPING: Duration = Duration::from_secs(3600);

/// Rounds of it in a day.
const DAY: u32 = 24;

/// Begins them all. Each has a task of its own: a long one holds no other up.
pub(super) fn begin(
    app: &Arc<App>,
    readiness: &Arc<Readiness>,
    metrics: &Arc<Metrics>,
    events_days: u32,
    stopping: &watch::Receiver<bool>,
) -> [JoinHandle<()>; 8] {
    let (sums, expiry, peppers) =
        (Arc::clone(app), Arc::clone(app), (Arc::clone(app), Arc::clone(readiness)));
    let (ringing, metrics) = (Arc::clone(app), Arc::clone(metrics));
    let keeping = keeping(Arc::clone(app), Arc::clone(&metrics), events_days, stopping.clone());
    let (storing, told) = (Arc::clone(app), Arc::clone(readiness));
    [
        tokio::spawn(keeping),
        tokio::spawn(forged::keep(Arc::clone(app), Arc::clone(readiness), stopping.clone())),
        tokio::spawn(campaigns(Arc::clone(app), stopping.clone())),
        tokio::spawn(every(OFTEN, stopping.clone(), move || {
            ring(&ringing, &metrics);
            if storing.store_fails() {
                told.degraded("store-failing");
            } else {
                told.clear("store-failing");
            }
            std::future::ready(())
        })),
        tokio::spawn(replay(Arc::clone(app), Arc::clone(readiness), stopping.clone())),
        tokio::spawn(sum(sums, stopping.clone())),
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

/// Records sums, and all that there are when the service stops.
async fn sum(app: Arc<App>, stopping: watch::Receiver<bool>) {
    let flushed = Arc::clone(&app);
    every(SUMS, stopping, move || {
        let app = Arc::clone(&flushed);
        async move {
            app.flush_sums().await;
        }
    })
    .await;
    match tokio::time::timeout(LAST_SUMS, app.flush_last_sums()).await {
        Ok(0) => {}
        Ok(lost) => tracing::error!(lost, "sums of denied calls and of words that were not tested are lost"),
        Err(_) => tracing::error!(
            "sums of denied calls and of words that were not tested are lost: the store does not answer in time"
        ),
    }
}

/// Tells who runs the service of canary and duress codes.
fn ring(app: &App, metrics: &Metrics) {
    for alarm in app.take_alarms() {
        metrics.alarmed(alarm.kind);
        let (tenant, subject, kind) = (alarm.tenant, alarm.subject, alarm.kind.name());
        tracing::error!(%tenant, %subject, kind, "an alarm code was typed: see `postern audit alarms`");
    }
}

/// Ends the sets of campaigns: soon after one was started, and hourly those of a node that went away.
async fn campaigns(app: Arc<App>, stopping: watch::Receiver<bool>) {
    let stop = stopped(stopping);
    tokio::pin!(stop);
    let (mut ticks, mut waited) = (tokio::time::interval(OFTEN), Duration::ZERO);
    loop {
        tokio::select! { _ = ticks.tick() => {}, () = &mut stop => return }
        waited += OFTEN;
        let orphans = waited >= EXPIRY && app.hold("campaigns", EXPIRY / 2).await;
        if !app.take_campaigns_due() && !orphans {
            continue;
        }
        waited = Duration::ZERO;
        tokio::select! { () = app.run_campaigns() => {}, () = &mut stop => return }
    }
}

/// Stores the hashes over the logs, lets old ended sets go, and thins events that are older than they are kept; 0 days keeps all of them.
async fn keeping(app: Arc<App>, metrics: Arc<Metrics>, days: u32, stopping: watch::Receiver<bool>) {
    let stop = stopped(stopping);
    tokio::pin!(stop);
    let mut wait = FIRST_KEEPING;
    for round in 0_u32.. {
        tokio::select! { () = tokio::time::sleep(wait) => {}, () = &mut stop => return }
        wait = KEEPING;
        if app.hold("keeping", KEEPING / 2).await {
            tokio::select! { () = app.grow_trees() => {}, () = &mut stop => return }
            if round.is_multiple_of(DAY) {
                tokio::select! { _ = app.forget_ended() => {}, () = &mut stop => return }
            }
            if days > 0 {
                let thinned =
                    tokio::select! { thinned = app.thin_events(days) => thinned, () = &mut stop => return };
                if thinned > 0 {
                    tracing::info!(
                        bundles = thinned,
                        "events that are older than they are kept were thinned"
                    );
                }
            }
        }
        if let Some(oldest) = app.oldest_event().await {
            metrics.set_oldest_event(oldest.seconds());
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
