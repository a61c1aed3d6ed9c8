//! Bytes to a server, and what came back until it ended the connection.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// After this a server that has neither answered nor ended the connection hangs.
const HANGS: Duration = Duration::from_secs(20);

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply(pub(crate) Vec<u8>);

/// Sends bytes and reads until the connection ends.
pub(crate) async fn exchange(authority: &str, bytes: &[u8]) -> Reply {
    let mut stream = TcpStream::connect(authority).await.unwrap();
    // A server may answer and end the connection before it has read everything.
    let _ = timeout(HANGS, stream.write_all(bytes)).await.unwrap();
    rest(stream).await
}

/// Reads until the connection ends.
pub(crate) async fn rest(mut stream: TcpStream) -> Reply {
    let mut read = Vec::new();
    let ended = timeout(HANGS, stream.read_to_end(&mut read)).await;
    assert!(ended.is_ok(), "the server hangs after {:?}", String::from_utf8_lossy(&read));
    Reply(read)
}

impl Reply {
    /// The statuses of everything that was answered, but for `100 Continue`.
    pub(crate) fn statuses(&self) -> Vec<u16> {
        let text = String::from_utf8_lossy(&self.0);
        let lines = text.split("HTTP/1.").skip(1);
        let statuses = lines.map(|rest| rest.get(2..5).unwrap_or_default().parse().unwrap());
        statuses.filter(|status| *status != 100).collect()
    }

    /// The last answer's head and body.
    pub(crate) fn last(&self) -> (String, String) {
        let text = String::from_utf8_lossy(&self.0);
        let last = text.rsplit("HTTP/1.").next().unwrap_or_default();
        let (head, body) = last.split_once("\r\n\r\n").unwrap_or((last, ""));
        (head.to_lowercase(), body.to_owned())
    }

    /// Everything that was answered is in the document: a problem by its name and status, a success, or what the HTTP
    /// layer says by itself of what is no HTTP, without a body and as the connection's last.
    pub(crate) fn documented(&self, about: &str) {
        let statuses = self.statuses();
        assert!(statuses.iter().all(|status| *status < 500), "{about}: {statuses:?}");
        let Some(status) = statuses.last().copied() else { return };
        let (head, body) = self.last();
        if status < 300 {
            return;
        }
        if body.is_empty() && !head.contains("application/problem+json") {
            assert!([400, 431].contains(&status), "{about}: {status} without a problem");
            return;
        }
        assert!(head.contains("content-type: application/problem+json"), "{about}: {head}");
        let told: Value = serde_json::from_str(&body).unwrap_or_else(|_| panic!("{about}: no JSON: {body}"));
        let name = told["type"].as_str().unwrap().strip_prefix("urn:postern:problem:").unwrap().to_owned();
        let listed = postern_server::problems();
        assert!(
            listed.iter().any(|problem| problem.name == name && problem.status == status),
            "{about}: {status} {name} is not in the list"
        );
    }
}
