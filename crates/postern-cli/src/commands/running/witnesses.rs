//! Witnesses of a running service: each asked once a second about the logs that grew, beside the anchor.

use std::sync::Arc;
use std::time::Duration;

use postern_app::{App, Witnessing};
use postern_server::Readiness;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::stopped;

/// How often a witness is asked, if a log grew.
const ASK: Duration = Duration::from_secs(1);
/// How long the end of the service waits for a last answer.
const LAST: Duration = Duration::from_secs(3);

/// Asks a witness until the service stops, and then once more. One that knows more than there is, or another history,
/// ends everything.
pub(super) async fn ask(
    app: Arc<App>,
    witnessing: Arc<Witnessing>,
    readiness: Arc<Readiness>,
    stopping: watch::Receiver<bool>,
) {
    let mut ticks = interval(ASK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let stop = stopped(stopping);
    tokio::pin!(stop);
    loop {
        let asked = async {
            ticks.tick().await;
            app.witness(&witnessing).await
        };
        let (asked, over) = tokio::select! {
            asked = asked => (asked, false),
            () = &mut stop => (timeout(LAST, app.witness(&witnessing)).await.unwrap_or(Ok(())), true),
        };
        if let Err(fault) = asked {
            tracing::error!(%fault, "nothing is served any more");
            readiness.not_ready("anchor-disagrees");
            app.stop();
            return;
        }
        if over {
            return;
        }
    }
}
