//! Every limit of the server, in one place.

use std::time::Duration;

/// What the server takes at most.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Requests that are worked on at once; another one is told to come back.
    pub requests: usize,
    /// Connections at once; another one waits to be accepted.
    pub connections: usize,
    /// Bytes of a body.
    pub body: usize,
    /// Time for a body to arrive.
    pub body_time: Duration,
    /// Bytes of a request's line and headers.
    pub head: usize,
    /// Number of headers.
    pub headers: usize,
    /// Time for a request's line and headers to arrive. An idle connection is kept as long.
    pub head_time: Duration,
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
        body: 64 * 1024,
        body_time: Duration::from_secs(5),
        head: 32 * 1024,
        headers: 64,
        head_time: Duration::from_secs(10),
        deadline: Duration::from_secs(10),
        stop: Duration::from_secs(10),
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::SHIPPED
    }
}
