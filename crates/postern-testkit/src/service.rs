//! The real HTTP service over a world, on a port of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use postern_app::App;
use postern_server::{Limits, Metrics, Readiness, Server};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::{Http, World};

/// A service that runs until it is dropped: one of each node.
pub struct Service {
    /// Where the first node listens.
    pub authority: String,
    other: String,
    key: String,
    turn: AtomicUsize,
    _running: [Running; 2],
}

/// One node; it stops with its sender.
struct Running {
    authority: String,
    _stop: oneshot::Sender<()>,
    _task: JoinHandle<()>,
}

impl Service {
    /// Starts a service over a world.
    pub async fn start(world: &World) -> Self {
        Self::start_with(world, Limits::default()).await
    }

    /// The same with other limits.
    pub async fn start_with(world: &World, limits: Limits) -> Self {
        let nodes = [Running::start(&world.app, limits).await, Running::start(&world.other, limits).await];
        let [authority, other] = [&nodes[0], &nodes[1]].map(|node| node.authority.clone());
        Self { authority, other, key: world.key.clone(), turn: AtomicUsize::new(0), _running: nodes }
    }

    /// A connection of the world's application, to the nodes in turn.
    pub async fn connect(&self) -> Http {
        self.connect_as(&self.key).await
    }

    /// The same of another application.
    pub async fn connect_as(&self, key: &str) -> Http {
        let turn = self.turn.fetch_add(1, Ordering::SeqCst);
        Http::connect(if turn.is_multiple_of(2) { &self.authority } else { &self.other }, key).await
    }
}

impl Running {
    async fn start(app: &Arc<App>, limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let authority = listener.local_addr().unwrap().to_string();
        let (stop, stopping) = oneshot::channel::<()>();
        let server =
            Server::new(Arc::clone(app), limits, Arc::new(Readiness::new()), Arc::new(Metrics::new()));
        let running = tokio::spawn(async move {
            server.serve(listener, None, async { drop(stopping.await) }).await;
        });
        Self { authority, _stop: stop, _task: running }
    }
}
