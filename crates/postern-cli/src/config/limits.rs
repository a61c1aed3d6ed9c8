//! `[limits]`: everything that comes from outside, bounded in one place.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What the service takes at most. Each has bounds of its own ([`Limits::check`]).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Limits {
    pub(crate) requests: usize,
    pub(crate) connections: usize,
    pub(crate) connections_per_address: usize,
    pub(crate) requests_per_connection: usize,
    pub(crate) handshakes: usize,
    pub(crate) handshake_seconds: u64,
    pub(crate) head_bytes: usize,
    pub(crate) headers: usize,
    pub(crate) target_bytes: usize,
    pub(crate) head_seconds: u64,
    pub(crate) body_bytes: usize,
    pub(crate) body_seconds: u64,
    pub(crate) deadline_seconds: u64,
    pub(crate) write_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        let shipped = postern_server::Limits::SHIPPED;
        Self {
            requests: shipped.requests,
            connections: shipped.connections,
            connections_per_address: shipped.connections_per_address,
            requests_per_connection: shipped.requests_per_connection,
            handshakes: shipped.handshakes,
            handshake_seconds: shipped.handshake_time.as_secs(),
            head_bytes: shipped.head,
            headers: shipped.headers,
            target_bytes: shipped.target,
            head_seconds: shipped.head_time.as_secs(),
            body_bytes: shipped.body,
            body_seconds: shipped.body_time.as_secs(),
            deadline_seconds: shipped.deadline.as_secs(),
            write_seconds: shipped.write_time.as_secs(),
        }
    }
}

impl Limits {
    /// The setting that is out of its bounds, with them, if one is.
    pub(super) fn check(&self) -> Result<(), String> {
        let number = |value: usize| u64::try_from(value).unwrap_or(u64::MAX);
        let bounds = [
            ("requests", number(self.requests), 1, 65_536),
            ("connections", number(self.connections), 1, 65_536),
            ("connections_per_address", number(self.connections_per_address), 1, 65_536),
            ("requests_per_connection", number(self.requests_per_connection), 1, 1_000_000),
            ("handshakes", number(self.handshakes), 1, 4096),
            ("handshake_seconds", self.handshake_seconds, 1, 60),
            // The HTTP library works with no less.
            ("head_bytes", number(self.head_bytes), 8192, 65_536),
            ("headers", number(self.headers), 16, 256),
            ("target_bytes", number(self.target_bytes), 512, 16_384),
            ("head_seconds", self.head_seconds, 1, 300),
            ("body_bytes", number(self.body_bytes), 4096, 1_048_576),
            ("body_seconds", self.body_seconds, 1, 60),
            ("deadline_seconds", self.deadline_seconds, 1, 300),
            ("write_seconds", self.write_seconds, 1, 300),
        ];
        match bounds.into_iter().find(|(_, value, least, most)| value < least || value > most) {
            None => Ok(()),
            Some((name, value, least, most)) => {
                Err(format!("limits.{name} = {value} is out of its bounds: {least} to {most}"))
            }
        }
    }

    /// As the server takes them.
    pub(crate) fn of_server(&self) -> postern_server::Limits {
        postern_server::Limits {
            requests: self.requests,
            connections: self.connections,
            connections_per_address: self.connections_per_address,
            requests_per_connection: self.requests_per_connection,
            handshakes: self.handshakes,
            handshake_time: Duration::from_secs(self.handshake_seconds),
            head: self.head_bytes,
            headers: self.headers,
            target: self.target_bytes,
            head_time: Duration::from_secs(self.head_seconds),
            body: self.body_bytes,
            body_time: Duration::from_secs(self.body_seconds),
            deadline: Duration::from_secs(self.deadline_seconds),
            write_time: Duration::from_secs(self.write_seconds),
            stop: postern_server::Limits::SHIPPED.stop,
        }
    }
}
