//! Answers as they come over the socket, byte for byte.

use postern_core::ports::Clock as _;
use postern_testkit::World;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::cases::Case;

/// A connection that shows every byte.
pub(crate) struct Wire {
    stream: TcpStream,
    sent: u64,
}

impl Wire {
    pub(crate) async fn connect(authority: &str) -> Self {
        let stream = TcpStream::connect(authority).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, sent: 0 }
    }

    /// A redemption as it is sent, from a network that nobody else is in.
    pub(crate) fn request(&mut self, world: &World, case: &Case) -> Vec<u8> {
        self.sent += 1;
        let (high, low) = (self.sent >> 8 & 255, self.sent & 255);
        let body = json!({
            "subject": case.subject,
            "code": case.word,
            "purpose": "second_factor",
            "txn": "login-0123456789",
            "first_factor": { "level": "aal1", "method": "pwd", "at": world.clock.now() },
            "client": { "address": format!("10.{high}.{low}.1"), "user_agent": "campaign" },
        })
        .to_string();
        let head = format!(
            "POST /v1/redemptions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
             X-Request-Id: same\r\nIdempotency-Key: {}-{}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n",
            world.key,
            case.why.replace([' ', ','], "-"),
            self.sent,
            body.len()
        );
        [head.as_bytes(), body.as_bytes()].concat()
    }

    /// Sends, and gives the whole answer, but for the time of day.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> String {
        self.stream.write_all(request).await.unwrap();
        let mut bytes = Vec::new();
        let end = loop {
            let mut some = [0; 4096];
            let read = self.stream.read(&mut some).await.unwrap();
            assert_ne!(read, 0, "the connection was closed");
            bytes.extend_from_slice(&some[..read]);
            if let Some(end) = whole(&bytes) {
                break end;
            }
        };
        assert_eq!(end, bytes.len(), "there is more than one answer");
        let text = String::from_utf8(bytes).unwrap();
        let without =
            |line: &str| if line.starts_with("date: ") { "date: \r\n".to_owned() } else { line.to_owned() };
        text.split_inclusive("\r\n").map(without).collect()
    }
}

/// Where an answer ends, if it has arrived.
fn whole(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&bytes[..head]).to_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: ").map(str::to_owned))?;
    let end = head + length.parse::<usize>().unwrap();
    (bytes.len() >= end).then_some(end)
}
