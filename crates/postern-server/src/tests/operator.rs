//! The operator's socket.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::oneshot;

use super::client::Reply;
use super::world::World;

async fn send(path: &Path, line: &str, body: &str) -> Reply {
    let mut stream = UnixStream::connect(path).await.unwrap();
    let text = format!(
        "{line} HTTP/1.1\r\nHost: postern\r\nConnection: close\r\nX-Operator: ann\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let _ = stream.write_all(text.as_bytes()).await;
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).await;
    Reply::read(&answer)
}

#[tokio::test]
async fn commands_are_done_or_refused_in_a_sentence() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("socket");
    let listener = UnixListener::bind(&path).unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let app = Arc::clone(&world.app);
    let serving = tokio::spawn(crate::operator::serve(listener, app, async {
        let _ = stopped.await;
    }));
    let list = send(&path, "POST /operate", r#"{"command":"tenant-list"}"#).await.is(200);
    assert_eq!(list["items"][0]["name"], "Example");
    let made = send(&path, "POST /operate", r#"{"command":"tenant-create","name":"Another"}"#).await;
    assert_eq!(made.is(200)["name"], "Another");
    for wrong in ["{}", "", r#"{"command":"tenant-list","more":1}"#, r#"{"command":"code-show"}"#] {
        let reply = send(&path, "POST /operate", wrong).await.is(422);
        assert!(reply["error"].as_str().unwrap().contains("command"), "{reply}");
    }
    assert_eq!(send(&path, "GET /operate", "").await.status, 405);
    assert_eq!(send(&path, "POST /v1/subjects", &json!({}).to_string()).await.status, 404);
    let long = format!("{{\"command\":\"{}\"}}", "x".repeat(1024 * 1024));
    assert_eq!(send(&path, "POST /operate", &long).await.status, 413);
    stop.send(()).unwrap();
    serving.await.unwrap();
}
