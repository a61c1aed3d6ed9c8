//! A small HTTP client that shows everything.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A client with a key.
pub(super) struct Client {
    pub(super) address: SocketAddr,
    pub(super) key: String,
    requests: AtomicU64,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
}

impl Client {
    pub(super) fn new(address: SocketAddr, key: &str) -> Self {
        Self { address, key: key.to_owned(), requests: AtomicU64::new(0) }
    }

    /// A key for the next request.
    pub(super) fn fresh(&self) -> String {
        format!("request-{}", self.requests.fetch_add(1, Ordering::SeqCst))
    }

    pub(super) async fn get(&self, path: &str) -> Reply {
        self.call("GET", path, &[], None).await
    }

    /// Posts with a new idempotency key.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.post_with(&self.fresh(), path, body).await
    }

    /// Posts with this idempotency key.
    pub(super) async fn post_with(&self, key: &str, path: &str, body: &Value) -> Reply {
        self.call("POST", path, &[("Idempotency-Key", key)], Some(&body.to_string())).await
    }

    /// Any request.
    pub(super) async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> Reply {
        let mut text = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "Host") {
            text.push_str("Host: localhost\r\n");
        }
        if !headers.iter().any(|(name, _)| *name == "Authorization") {
            text.push_str(&format!("Authorization: Bearer {}\r\n", self.key));
        }
        if body.is_some() && !headers.iter().any(|(name, _)| *name == "Content-Type") {
            text.push_str("Content-Type: application/json\r\n");
        }
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        let body = body.unwrap_or_default();
        text.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        exchange(self.address, &text).await
    }
}

/// Sends bytes and reads what comes until the connection ends.
pub(super) async fn exchange(address: SocketAddr, text: &str) -> Reply {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // A server may answer and close before it has read everything.
    let _ = stream.write_all(text.as_bytes()).await;
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes).await;
    Reply::read(&String::from_utf8_lossy(&bytes))
}

impl Reply {
    pub(super) fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Self { status, head: head.to_owned(), body: body.to_owned() }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(of, _)| of.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The JSON of an answer with this status.
    pub(super) fn is(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// Checks a problem document and gives it.
    pub(super) fn problem(&self, status: u16, name: &str) -> Value {
        let body = self.is(status);
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        assert_eq!(body["type"], format!("urn:postern:problem:{name}"), "{self:?}");
        assert_eq!(body["status"], status);
        assert!(body["detail"].as_str().unwrap().ends_with('.'));
        body
    }
}
