//! A client that keeps one connection open, as applications do.

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::SendRequest;
use hyper::{HeaderMap, Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::Value;

/// One connection to a service.
pub struct Http {
    sender: SendRequest<Full<Bytes>>,
    authority: String,
    key: String,
}

/// What a service answered.
#[derive(Debug)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// The body.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }
}

impl Http {
    /// Connects.
    pub async fn connect(authority: &str, key: &str) -> Self {
        Self::try_connect(authority, key).await.expect("no service answers")
    }

    /// Connects; `None` if nobody answers.
    pub async fn try_connect(authority: &str, key: &str) -> Option<Self> {
        let stream = tokio::net::TcpStream::connect(authority).await.ok()?;
        stream.set_nodelay(true).ok()?;
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
        tokio::spawn(connection);
        Some(Self { sender, authority: authority.to_owned(), key: key.to_owned() })
    }

    /// Sends a request; `None` if the connection broke.
    pub async fn try_send(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        idempotency: &str,
    ) -> Option<Answer> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", &self.authority)
            .header("authorization", format!("Bearer {}", self.key));
        if !idempotency.is_empty() {
            request = request.header("idempotency-key", idempotency);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = request.body(Full::new(Bytes::from(body))).unwrap();
        self.sender.ready().await.ok()?;
        let answer = self.sender.send_request(request).await.ok()?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let bytes = answer.into_body().collect().await.ok()?.to_bytes().to_vec();
        Some(Answer { status, headers, bytes })
    }

    /// Posts text that is no JSON.
    pub async fn post_text(&mut self, path: &str, text: &str) -> Answer {
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header("host", &self.authority)
            .header("authorization", format!("Bearer {}", self.key))
            .header("content-type", "text/plain")
            .body(Full::new(Bytes::from(text.to_owned())));
        self.sender.ready().await.expect("the service did not answer");
        let answer = self.sender.send_request(request.unwrap()).await.expect("the service did not answer");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let bytes = answer.into_body().collect().await.unwrap().to_bytes().to_vec();
        Answer { status, headers, bytes }
    }

    /// Sends a request.
    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        idempotency: &str,
    ) -> Answer {
        self.try_send(method, path, body, idempotency).await.expect("the service did not answer")
    }

    /// Posts JSON.
    pub async fn post(&mut self, path: &str, body: &Value, idempotency: &str) -> Answer {
        self.send(Method::POST, path, Some(body), idempotency).await
    }

    /// Gets.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None, "").await
    }
}
