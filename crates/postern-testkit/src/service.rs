//! The real HTTP service over a world, on a port of its own.

use std::sync::Arc;

use postern_server::{Limits, Metrics, Readiness, Server};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::{Http, World};

/// A service that runs until it is dropped.
pub struct Service {
    /// Where it listens.
    pub authority: String,
    key: String,
    _stop: oneshot::Sender<()>,
    _running: JoinHandle<()>,
}

impl Service {
    /// Starts a service over a world.
    pub async fn start(world: &World) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let authority = listener.local_addr().unwrap().to_string();
        let (stop, stopping) = oneshot::channel::<()>();
        let server = Server::new(
            Arc::clone(&world.app),
            Limits::default(),
            Arc::new(Readiness::new()),
            Arc::new(Metrics::new()),
        );
        let running = tokio::spawn(async move {
            server.serve(listener, None, async { drop(stopping.await) }).await;
        });
        Self { authority, key: world.key.clone(), _stop: stop, _running: running }
    }

    /// A connection of the world's application.
    pub async fn connect(&self) -> Http {
        Http::connect(&self.authority, &self.key).await
    }
}
