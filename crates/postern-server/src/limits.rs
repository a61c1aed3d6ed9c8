//! Every limit of the server, in one place.

use std::time::Duration;

/// What the server takes at most.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Requests that are worked on at once; another one is told to come back.
    pub requests: usize,
    /// Connections at once; another one waits to be accepted. With trusted proxies, a sixteenth is kept for them.
    pub connections: usize,
    /// Connections at once from one address (IPv4) or network of 64 bits (IPv6); another one is closed. Trusted proxies
    /// have no such limit.
    pub connections_per_address: usize,
    /// Requests in one connection; it is closed after the last.
    pub requests_per_connection: usize,
    /// TLS handshakes at once, a quarter of them from one address; another one waits, within its time. Trusted
    /// proxies have as many places again, for themselves.
    pub handshakes: usize,
    /// Time for a TLS handshake, from the connection's begin: who says nothing is cut off as well.
    pub handshake_time: Duration,
    /// Bytes of a body.
    pub body: usize,
    /// Time for a body to arrive.
    pub body_time: Duration,
    /// Bytes of a request's line and headers.
    // The HTTP library looks between two reads, so up to twice as many may pass.
    pub head: usize,
    /// Bytes of a request's target: path and query.
    pub target: usize,
    /// Number of headers.
    pub headers: usize,
    /// Time for a request's line and headers to arrive. An idle connection is kept as long.
    pub head_time: Duration,
    /// Time for which an answer may stay unread.
    pub write_time: Duration,
    /// Time for a request to be answered; waiting for events comes on top.
    pub deadline: Duration,
    /// Time that a stop gives to what is running.
    pub stop: Duration,
}

impl Limits {
    /// What the service ships with.
    pub const SHIPPED: Self = Self {
        requests: 1024,
        connections: 4096,
        connections_per_address: 1024,
        requests_per_connection: 10_000,
        handshakes: 64,
        handshake_time: Duration::from_secs(5),
        body: 64 * 1024,
        body_time: Duration::from_secs(5),
        head: 32 * 1024,
        target: 4096,
        headers: 64,
        head_time: Duration::from_secs(10),
        write_time: Duration::from_secs(10),
        deadline: Duration::from_secs(10),
        stop: Duration::from_secs(10),
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::SHIPPED
    }
}
