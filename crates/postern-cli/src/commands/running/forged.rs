//! Events that were put aside: recorded, and told to whoever watches the service.

use std::sync::Arc;
use std::time::Duration;

use postern_app::App;
use postern_server::Readiness;
use tokio::sync::watch;

use super::stopped;

/// How often they are looked for.
const LOOK: Duration = Duration::from_secs(1);

/// Looks for them until the service stops. The alarm rings as long as there are any.
pub(super) async fn keep(app: Arc<App>, readiness: Arc<Readiness>, stopping: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(LOOK);
    let stop = stopped(stopping);
    tokio::pin!(stop);
    loop {
        tokio::select! { _ = ticks.tick() => {}, () = &mut stop => return }
        match app.record_forged().await {
            Some(true) => readiness.degraded("log-forged"),
            Some(false) => readiness.clear("log-forged"),
            None => {}
        }
    }
}
