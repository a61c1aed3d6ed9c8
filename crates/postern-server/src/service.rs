//! What every handler shares.

use std::sync::Arc;

use axum::response::Response;
use ipnet::IpNet;
use postern_app::App;
use postern_tls::Listening;
use tokio::sync::{Semaphore, watch};

use crate::layers::RequestIds;
use crate::scanners::Scanners;
use crate::{Limits, Metrics, Readiness};

/// What every handler shares.
pub(crate) struct Service {
    pub(crate) app: Arc<App>,
    pub(crate) limits: Limits,
    pub(crate) readiness: Arc<Readiness>,
    pub(crate) metrics: Arc<Metrics>,
    /// Places for requests that are worked on.
    pub(crate) places: Arc<Semaphore>,
    pub(crate) request_ids: RequestIds,
    /// Who looks through texts.
    pub(crate) scanners: Scanners,
    /// Whether a request must name this machine as its host.
    pub(crate) loopback_host: bool,
    /// What the public listener shows, if it speaks TLS.
    pub(crate) tls: Option<Arc<Listening>>,
    /// Who is believed when it says for whom it asks.
    pub(crate) proxies: Arc<[IpNet]>,
    /// Turns true when the server stops, so that nobody waits any longer.
    pub(crate) stopping: watch::Sender<bool>,
}

/// The state of the routers.
pub(crate) type Shared = Arc<Service>;

/// What handlers give.
pub(crate) type Answer = Result<Response, crate::problem::Refusal>;

impl Service {
    pub(crate) fn new(
        app: Arc<App>,
        limits: Limits,
        readiness: Arc<Readiness>,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self {
            app,
            limits,
            readiness,
            metrics,
            places: Arc::new(Semaphore::new(limits.requests.min(Semaphore::MAX_PERMITS))),
            request_ids: RequestIds::new(String::new()),
            scanners: Scanners::default(),
            loopback_host: false,
            tls: None,
            proxies: Arc::new([]),
            stopping: watch::Sender::new(false),
        }
    }

    /// Resolves when the server stops.
    pub(crate) async fn stops(&self) {
        // An error means that the sender is gone, which is a stop as well.
        let _ = self.stopping.subscribe().wait_for(|stopping| *stopping).await;
    }
}
