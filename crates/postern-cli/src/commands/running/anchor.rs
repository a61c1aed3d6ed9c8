//! The anchor of a running service: written once a second, and last of all.

use std::sync::Arc;
use std::time::Duration;

use postern_app::{App, Shipping};
use postern_core::ports::{AnchorFault, Anchors};
use postern_server::{Metrics, Readiness};
use tokio::sync::watch;

use super::stopped;

/// How often the anchor is written.
const ANCHOR: Duration = Duration::from_secs(1);
/// Ticks in a row without a written anchor after which the service says that it is not ready.
const OLD_ANCHOR: u32 = 10;

/// Writes the anchor once a second, and a last time when the service stops.
pub(super) async fn keep(
    app: Arc<App>,
    (anchors, mut shipping): (Arc<dyn Anchors>, Option<Shipping>),
    readiness: Arc<Readiness>,
    metrics: Arc<Metrics>,
    stopping: watch::Receiver<bool>,
) {
    let mut ticks = tokio::time::interval(ANCHOR);
    let (mut behind, mut missed, mut complete) = (Vec::new(), 0u32, false);
    let mut unshipped = 0u32;
    let stop = stopped(stopping);
    tokio::pin!(stop);
    loop {
        let over = tokio::select! { _ = ticks.tick() => false, () = &mut stop => true };
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
        match app.anchor(&anchors, shipping.as_mut(), &mut behind).await {
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
        unshipped =
            if shipping.as_ref().is_some_and(|shipping| shipping.behind() > 0) { unshipped + 1 } else { 0 };
        if unshipped >= OLD_ANCHOR {
            readiness.degraded("shipping-old");
        } else {
            readiness.clear("shipping-old");
        }
        metrics.set_log_anchor_age(ANCHOR * missed);
        metrics.set_log_merge_delay(app.merge_delay());
        if over {
            return;
        }
    }
}
