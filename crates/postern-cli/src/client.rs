//! A small HTTP client over TCP or a Unix socket: one request, one answer.

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use postern_tls::Connecting;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use zeroize::Zeroizing;

use crate::failure::Failure;

/// Where a service is and how to ask it.
pub(crate) struct Service {
    authority: String,
    key: Zeroizing<String>,
    /// How it is known to be the one; none in the clear.
    tls: Option<Connecting>,
}

impl Service {
    /// A service by its URL: `https://` with whose certificate it shows, or plain HTTP on this machine.
    pub(crate) fn new(url: &str, key: Zeroizing<String>, tls: Option<Connecting>) -> Result<Self, Failure> {
        let (authority, tls) = match (url.strip_prefix("https://"), tls) {
            (Some(rest), Some(tls)) => (Some(rest), Some(tls)),
            (Some(_), None) => {
                let why =
                    "needs --authority: the file with the authority whose certificate the service shows";
                return Err(Failure::Usage(format!("{url} {why}")));
            }
            (None, _) => (url.strip_prefix("http://"), None),
        };
        match authority.map(|rest| rest.trim_end_matches('/')) {
            Some(authority) if !authority.is_empty() && !authority.contains('/') => {
                Ok(Self { authority: authority.to_owned(), key, tls })
            }
            _ => Err(Failure::Usage(format!(
                "{url} is not a service's URL: it looks like https://postern.example:7878 or http://127.0.0.1:7878"
            ))),
        }
    }

    /// Sends a request with an idempotency key and gives the status and the answer.
    pub(crate) async fn post(
        &self,
        path: &str,
        body: &Value,
        idempotency: &str,
    ) -> Result<(StatusCode, Value), Failure> {
        self.post_bytes(path, Zeroizing::new(body.to_string().into_bytes()), idempotency).await
    }

    /// The same with a body as it is sent; its bytes are wiped once they are.
    pub(crate) async fn post_bytes(
        &self,
        path: &str,
        body: Zeroizing<Vec<u8>>,
        idempotency: &str,
    ) -> Result<(StatusCode, Value), Failure> {
        let silent = |fault: std::io::Error| {
            let at = &self.authority;
            Failure::refused(format!(
                "no service answers at {at}: {fault}. Is `postern serve` running there?"
            ))
        };
        let found = tokio::net::lookup_host(&self.authority).await.map_err(silent)?;
        let secured = self.tls.is_some();
        let fits = |address: &std::net::SocketAddr| secured || address.ip().to_canonical().is_loopback();
        let here: Vec<_> = found.filter(fits).collect();
        if here.is_empty() {
            let at = &self.authority;
            let why = "is not on this machine, and http:// is not encrypted: key and code could be read";
            return Err(Failure::Usage(format!("{at} {why} on the way")));
        }
        let stream = tokio::net::TcpStream::connect(here.as_slice()).await.map_err(silent)?;
        let authorization = Zeroizing::new(format!("Bearer {}", &*self.key));
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header("host", &self.authority)
            .header("content-type", "application/json")
            .header("authorization", authorization.as_str())
            .header("idempotency-key", idempotency)
            .body(Full::new(Bytes::from_owner(body)))
            .map_err(Failure::refused)?;
        match &self.tls {
            None => send(stream, request).await,
            Some(tls) => send(tls.connect(self.host(), stream).await.map_err(silent)?, request).await,
        }
    }

    /// The name without the port, as a certificate has it.
    fn host(&self) -> &str {
        let host = self.authority.rsplit_once(':').map_or(self.authority.as_str(), |(host, _)| host);
        host.trim_start_matches('[').trim_end_matches(']')
    }
}

/// Sends an operator's command through a Unix socket.
pub(crate) async fn operate(
    stream: tokio::net::UnixStream,
    operator: &str,
    command: &Value,
) -> Result<(StatusCode, Value), Failure> {
    let request = Request::builder()
        .method(Method::POST)
        .uri("/operate")
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header(postern_server::operator::OPERATOR, operator)
        .body(Full::new(Bytes::from(command.to_string())))
        .map_err(Failure::refused)?;
    send(stream, request).await
}

async fn send<S>(stream: S, request: Request<Full<Bytes>>) -> Result<(StatusCode, Value), Failure>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let lost = |fault: hyper::Error| Failure::refused(format!("the service did not answer: {fault}"));
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(lost)?;
    tokio::spawn(connection);
    let answer = sender.send_request(request).await.map_err(lost)?;
    let status = answer.status();
    let body = answer.into_body().collect().await.map_err(lost)?.to_bytes();
    let value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    Ok((status, value))
}

/// What stands before a problem's name.
const PROBLEM: &str = "urn:postern:problem:";

/// What a refused answer says, to people and by name.
pub(crate) fn refusal(status: StatusCode, answer: &Value) -> Failure {
    let told = answer.get("detail").or_else(|| answer.get("error")).and_then(Value::as_str);
    let hint =
        match (answer.get("class").and_then(Value::as_str), answer.get("group").and_then(Value::as_u64)) {
            (_, Some(group)) => format!(" Please compare group {group}."),
            (Some(class), None) => format!(" ({class})"),
            (None, None) => String::new(),
        };
    let told = told.map_or_else(|| format!("the service answered {status}"), str::to_owned);
    let told = format!("{told}{hint}");
    let name = answer.get("type").and_then(Value::as_str).and_then(|of| of.strip_prefix(PROBLEM));
    match name {
        Some(name) => Failure::Problem { name: name.to_owned(), told },
        None => Failure::Refused(told),
    }
}
