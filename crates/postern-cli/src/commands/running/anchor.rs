//! The anchor of a running service: written once a second, and last of all.

use std::sync::Arc;
use std::time::Duration;

use postern_app::{App, Shipping, Witnessing};
use postern_core::ports::{AnchorFault, Anchors};
use postern_server::{Metrics, Readiness};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior};

use super::stopped;

/// How often the anchor is written.
const ANCHOR: Duration = Duration::from_secs(1);
/// Age of what is written elsewhere from which on the service says that it is not ready.
const OLD: Duration = Duration::from_secs(10);

/// Writes the anchor once a second, and a last time when the service stops.
pub(super) async fn keep(
    app: Arc<App>,
    (anchors, mut shipping, witnessing): (Arc<dyn Anchors>, Option<Shipping>, Vec<Arc<Witnessing>>),
    readiness: Arc<Readiness>,
    metrics: Arc<Metrics>,
    stopping: watch::Receiver<bool>,
) {
    let mut ticks = tokio::time::interval(ANCHOR);
    // Another host may take longer than that to answer: what was missed is not made up for.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut behind, mut complete) = (Vec::new(), false);
    let (mut anchored, mut shipped) = (Instant::now(), Instant::now());
    let stop = stopped(stopping);
    tokio::pin!(stop);
    loop {
        let over = tokio::select! { _ = ticks.tick() => false, () = &mut stop => true };
        if app.has_stopped() {
            return;
        }
        if over || !complete {
            // A log may have grown while nothing was serving, and since the store last looked.
            match app.all_logs().await {
                Ok(all) => {
                    behind.extend(all);
                    complete = true;
                }
                Err(fault) => {
                    tracing::error!(%fault, "the logs were not listed");
                }
            }
        }
        match app.anchor(&anchors, (shipping.as_mut(), &witnessing), &mut behind).await {
            Ok(()) => {
                anchored = Instant::now();
                readiness.clear("anchor-old");
            }
            Err(fault @ (AnchorFault::Overtaken | AnchorFault::Backwards(_))) => {
                tracing::error!(%fault, "nothing is served any more");
                readiness.not_ready("anchor-disagrees");
                app.stop();
                return;
            }
            Err(AnchorFault::Unavailable(fault)) => {
                let age = anchored.elapsed();
                tracing::error!(%fault, seconds = age.as_secs(), "the anchor was not written");
                if age >= OLD {
                    readiness.degraded("anchor-old");
                }
            }
        }
        if shipping.as_ref().is_none_or(|shipping| shipping.behind() == 0) {
            shipped = Instant::now();
        }
        if shipped.elapsed() >= OLD {
            readiness.degraded("shipping-old");
        } else {
            readiness.clear("shipping-old");
        }
        metrics.set_log_anchor_age(anchored.elapsed());
        metrics.set_log_merge_delay(app.merge_delay());
        if over {
            return;
        }
    }
}
