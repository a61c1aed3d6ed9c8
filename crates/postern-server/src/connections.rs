//! Connections: accepted up to a limit, secured, served with HTTP/1.1 under limits, ended in order.

use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::response::Response;
use axum::serve::Listener;
use http::header::CONNECTION;
use http::{HeaderValue, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use ipnet::IpNet;
use postern_tls::{Listening, is_list_outdated};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_io_timeout::TimeoutStream;

use crate::Limits;
use crate::crowd::Crowd;
use crate::peer::{Address, Peer, one_place};
use crate::turns::Turns;

/// How a listener takes connections.
#[derive(Clone)]
pub(crate) struct Door {
    limits: Limits,
    tls: Option<Arc<Listening>>,
    /// Who has no limit by address.
    proxies: Arc<[IpNet]>,
    /// Places for handshakes.
    handshakes: Arc<Turns>,
}

impl Door {
    /// In the clear.
    pub(crate) fn plain(limits: Limits) -> Self {
        Self::new(limits, None, Arc::new([]))
    }

    pub(crate) fn new(limits: Limits, tls: Option<Arc<Listening>>, proxies: Arc<[IpNet]>) -> Self {
        Self { limits, tls, proxies, handshakes: Arc::new(Turns::new(limits.handshakes)) }
    }

    /// Places for connections that nobody but proxies takes: through them come the people of everybody else.
    fn reserve(&self) -> usize {
        if self.proxies.is_empty() { 0 } else { self.limits.connections / 16 }
    }
}

/// Serves a listener until `stopping` turns true, then gives what runs a while to end.
pub(crate) async fn serve<L: Listener<Addr: Address, Io: Sync>>(
    mut listener: L,
    router: Router,
    door: Door,
    mut stopping: watch::Receiver<bool>,
) {
    let limits = door.limits;
    let places = Arc::new(Semaphore::new(limits.connections.clamp(1, Semaphore::MAX_PERMITS)));
    let by_address = Crowd::<IpAddr>::new(limits.connections_per_address);
    let (graceful, mut running) = (GracefulShutdown::new(), JoinSet::new());
    loop {
        let next = async {
            // A place first: connections beyond the limit wait in the system's queue.
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, (stream, from)) = tokio::select! {
            accepted = next => accepted,
            _ = stopping.wait_for(|stopping| *stopping) => break,
        };
        while running.try_join_next().is_some() {}
        let peer = Peer { address: from.ip(), ..Peer::default() };
        let counted = peer.address.filter(|_| !peer.is_among(&door.proxies));
        let near = counted.map(|address| by_address.enter(one_place(address)));
        let reserved = counted.is_some() && places.available_permits() < door.reserve();
        if reserved || matches!(near, Some(None)) {
            tracing::debug!(
                reserved,
                "a connection was closed: its address has too many, or all others have"
            );
            continue;
        }
        let (door, router, watcher) = (door.clone(), router.clone(), graceful.watcher());
        let stop = stopping.clone();
        running.spawn(async move {
            let served = secured(door, stream, peer, router, watcher, stop).await;
            match served {
                Err(fault) if is_list_outdated(&fault) => {
                    tracing::warn!(
                        "a client's certificate was refused: server.tls.client_revocations is too old"
                    );
                }
                Err(fault) => tracing::debug!(%fault, "a connection ended early"),
                Ok(()) => {}
            }
            drop((place, near));
        });
    }
    drop(listener);
    if timeout(limits.stop, graceful.shutdown()).await.is_err() {
        tracing::warn!(connections = running.len(), "connections were cut at the end of the stop");
    }
}

/// Does the handshake, if there is one to do, and speaks HTTP.
async fn secured<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    door: Door,
    stream: S,
    peer: Peer,
    router: Router,
    watcher: Watcher,
    mut stopping: watch::Receiver<bool>,
) -> io::Result<()> {
    // An answer that nobody reads does not hold its place for ever.
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(door.limits.write_time));
    let stream = Box::pin(stream);
    let Some(tls) = &door.tls else {
        return spoken(&door.limits, stream, peer, router, watcher).await;
    };
    let handshake = async {
        // Who is silent holds no place: one is taken when a client has begun, within the same time.
        let client = Listening::greeted(stream).await?;
        let _turn = door.handshakes.turn(peer.address, peer.is_among(&door.proxies)).await;
        tls.accept(client).await
    };
    let secured = tokio::select! {
        secured = timeout(door.limits.handshake_time, handshake) => secured,
        _ = stopping.wait_for(|stopping| *stopping) => return Ok(()),
    };
    let secured = secured.map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "no handshake in time"))??;
    let peer = Peer { certificate: secured.certificate, encrypted: true, ..peer };
    spoken(&door.limits, secured.stream, peer, router, watcher).await
}

/// Speaks HTTP/1.1. Every request knows who is at the other end.
async fn spoken<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    limits: &Limits,
    stream: S,
    peer: Peer,
    router: Router,
    watcher: Watcher,
) -> io::Result<()> {
    let (router, left) =
        (TowerToHyperService::new(router), Arc::new(AtomicUsize::new(limits.requests_per_connection)));
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer.clone());
        let last = left.fetch_sub(1, Ordering::Relaxed) <= 1;
        let answer = router.call(request);
        async move {
            let mut answer: Response = answer.await?;
            if last {
                answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(answer)
        }
    });
    let connection = watcher.watch(builder(limits).serve_connection(TokioIo::new(stream), service));
    connection.await.map_err(io::Error::other)
}

fn builder(limits: &Limits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_time)
        .max_buf_size(limits.head)
        .max_headers(limits.headers)
        .keep_alive(true)
        .half_close(false);
    builder
}
