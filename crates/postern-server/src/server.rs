//! The server: routers with their layers, and the loop that serves them.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use ipnet::IpNet;
use postern_app::{App, Problem};
use postern_tls::Listening;
use tokio::net::{TcpListener, UnixListener};

use crate::connections::Door;
use crate::layers::{RequestIds, admit, observe};
use crate::problem::Refusal;
use crate::service::{Service, Shared};
use crate::{Limits, Metrics, Readiness, admin, connections, routes};

/// The HTTP server of an application.
pub struct Server {
    service: Service,
}

/// Where the administrator's routes are served.
pub enum Administration {
    /// On a loopback address.
    Tcp(TcpListener),
    /// On a Unix socket. Its file's mode decides who may connect; the caller makes it and removes it.
    Unix(UnixListener),
}

/// Why the server does not listen.
#[derive(Debug, thiserror::Error)]
pub enum BindFault {
    /// The address is reachable from other machines.
    #[error(
        "{0} can be reached from other machines, and this server speaks plain HTTP there. Give it a certificate (server.tls), or listen on 127.0.0.1 or [::1]"
    )]
    NotLoopback(SocketAddr),
    /// The system refused.
    #[error("cannot listen on {0}: {1}")]
    Refused(SocketAddr, std::io::Error),
}

impl Server {
    /// A server over its application.
    #[must_use]
    pub fn new(app: Arc<App>, limits: Limits, readiness: Arc<Readiness>, metrics: Arc<Metrics>) -> Self {
        Self { service: Service::new(app, limits, readiness, metrics) }
    }

    /// Whether a request must name this machine (`localhost`, `127.0.0.1` or `[::1]`) as its host. It should
    /// where a browser on the same machine could be led here.
    #[must_use]
    pub fn require_loopback_host(mut self, required: bool) -> Self {
        self.service.loopback_host = required;
        self
    }

    /// Speaks TLS on the public listener.
    #[must_use]
    pub fn with_tls(mut self, tls: Option<Arc<Listening>>) -> Self {
        self.service.tls = tls;
        self
    }

    /// Believes these networks when they say for whom they ask (`X-Forwarded-For`).
    #[must_use]
    pub fn trusting_proxies(mut self, proxies: Vec<IpNet>) -> Self {
        self.service.proxies = proxies.into();
        self
    }

    /// Names this run of the service in the ids that it gives to requests.
    #[must_use]
    pub fn named_run(mut self, run: impl Into<String>) -> Self {
        self.service.request_ids = RequestIds::new(run.into());
        self
    }

    /// Listens on a loopback address.
    ///
    /// # Errors
    /// [`BindFault`] for any other address, or if the system refuses.
    pub async fn bind(address: SocketAddr) -> Result<TcpListener, BindFault> {
        if !address.ip().to_canonical().is_loopback() {
            return Err(BindFault::NotLoopback(address));
        }
        Self::bind_anywhere(address).await
    }

    /// Listens on any address. Only for a server with TLS.
    ///
    /// # Errors
    /// [`BindFault`] if the system refuses.
    pub async fn bind_anywhere(address: SocketAddr) -> Result<TcpListener, BindFault> {
        TcpListener::bind(address).await.map_err(|fault| BindFault::Refused(address, fault))
    }

    /// Serves until `shutdown` resolves: stops accepting, tells waiting readers, and gives what runs the time
    /// that the limits allow.
    pub async fn serve(
        self,
        public: TcpListener,
        administration: Option<Administration>,
        shutdown: impl Future<Output = ()>,
    ) {
        let service = Arc::new(self.service);
        let (limits, stopping) = (service.limits, || service.stopping.subscribe());
        let door = Door::new(limits, service.tls.clone(), Arc::clone(&service.proxies));
        let publicly = connections::serve(public, public_router(&service), door, stopping());
        let privately = async {
            let (router, door) = (admin_router(&service), Door::plain(limits));
            match administration {
                Some(Administration::Tcp(at)) => connections::serve(at, router, door, stopping()).await,
                Some(Administration::Unix(at)) => connections::serve(at, router, door, stopping()).await,
                None => {}
            }
        };
        let until = async {
            shutdown.await;
            service.stopping.send_replace(true);
        };
        tokio::join!(publicly, privately, until);
    }
}

/// The public routes with their layers.
pub(crate) fn public_router(service: &Shared) -> Router {
    let (router, _) = routes::all().split_for_parts();
    let admitted = with_fallbacks(router).layer(from_fn_with_state(Arc::clone(service), admit));
    observed(admitted, service)
}

/// The administrator's routes with their layers. They are answered even when the service is not ready or busy.
pub(crate) fn admin_router(service: &Shared) -> Router {
    observed(with_fallbacks(admin::all()), service)
}

/// With the outermost layer.
pub(crate) fn observed(router: Router<Shared>, service: &Shared) -> Router {
    router.layer(from_fn_with_state(Arc::clone(service), observe)).with_state(Arc::clone(service))
}

fn with_fallbacks(router: Router<Shared>) -> Router<Shared> {
    router
        .fallback(async || Refusal::App(Problem::NotFound))
        .method_not_allowed_fallback(async || Refusal::MethodNotAllowed)
}
