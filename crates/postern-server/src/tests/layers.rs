//! What happens around handlers.

use std::future::pending;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::client::{Client, Reply};
use super::lifecycle::{issued, redemption};
use super::world::{Running, World};
use crate::service::{Service, Shared};
use crate::{Limits, connections, server};

/// Serves a router of the test's own under the outermost layer.
async fn serve(world: &World, limits: Limits, router: Router<Shared>) -> Client {
    let (app, readiness, metrics) =
        (Arc::clone(&world.app), Arc::clone(&world.readiness), Arc::clone(&world.metrics));
    let service = Arc::new(Service::new(app, limits, readiness, metrics));
    let listener = crate::Server::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let client = Client::new(listener.local_addr().unwrap(), "pstk_secret");
    let router = server::observed(router, &service);
    let stopping = service.stopping.subscribe();
    tokio::spawn(async move {
        connections::serve(listener, router, connections::Door::plain(limits), stopping).await;
    });
    client
}

async fn panics() -> &'static str {
    let number: Result<u8, _> = "none".parse();
    number.map(|_| "a number").expect("a code in a message")
}

#[tokio::test]
async fn a_panic_ends_one_request_only() {
    let world = World::new().await;
    let router = Router::new().route("/panic", get(panics).post(panics)).route("/fine", get(async || "fine"));
    let client = serve(&world, Limits::SHIPPED, router).await;
    let reply = client.get("/panic").await;
    reply.problem(503, "unavailable");
    assert!(!reply.body.contains("message"));
    let reply = client.call("POST", "/panic", &[], None).await;
    reply.problem(503, "outcome-unknown");
    assert_eq!(reply.header("retry-after"), Some("1"));
    assert_eq!(client.get("/fine").await.body, "fine");
    assert!(world.metrics.text().contains("postern_requests_in_flight 0"));
}

#[tokio::test]
async fn a_deadline_ends_a_request() {
    let world = World::new().await;
    let limits = Limits { deadline: Duration::from_millis(100), ..Limits::SHIPPED };
    let never = get(pending::<&'static str>).post(pending::<&'static str>).delete(pending::<&'static str>);
    let client = serve(&world, limits, Router::new().route("/never", never)).await;
    client.get("/never").await.problem(503, "unavailable");
    client.call("POST", "/never", &[], None).await.problem(503, "outcome-unknown");
    client.call("DELETE", "/never", &[], None).await.problem(503, "outcome-unknown");
}

#[tokio::test]
async fn a_handler_never_sees_the_key() {
    let world = World::new().await;
    let shown = get(async |headers: http::HeaderMap| format!("{headers:?}"));
    let client = serve(&world, Limits::SHIPPED, Router::new().route("/headers", shown)).await;
    let seen = client.get("/headers").await.body;
    assert!(seen.contains("host") && !seen.contains("authorization") && !seen.contains("pstk_"));
}

#[tokio::test]
async fn too_many_at_once_are_told_before_their_bodies_are_read() {
    let world = World::new().await;
    let limits = Limits { requests: 1, ..Limits::SHIPPED };
    let running = world.serve_with(limits, |server| server).await;
    let waiting = Client::new(running.address, &world.key);
    let holds = tokio::spawn(async move { waiting.get("/v1/events?wait=2&after=999").await.status });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let text = "POST /v1/subjects HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 60000\r\n\r\n";
    let reply = super::client::exchange(running.address, text).await;
    reply.problem(503, "unavailable");
    assert_eq!(reply.header("retry-after"), Some("1"));
    let admin = Client::new(running.admin, "");
    assert!(admin.get("/metrics").await.body.contains("postern_busy_refusals_total 1"));
    assert_eq!(holds.await.unwrap(), 200);
    running.stop().await;
}

/// Anybody can begin to send a body: with a key that somebody made up, it looks like any other until it is read.
#[tokio::test]
async fn who_does_not_send_a_body_takes_nobodys_place() {
    let world = World::new().await;
    let limits = Limits { requests: 2, ..Limits::SHIPPED };
    let running = world.serve_with(limits, |server| server).await;
    let mut held = Vec::new();
    for number in 0..8 {
        held.push(begun(&running, &world.key, number).await);
    }
    running_requests(&world, 8).await;
    assert_eq!(running.client.get("/v1/events").await.status, 200);
    // It is served as soon as it is there.
    for (number, mut stream) in held.into_iter().enumerate() {
        stream.write_all(format!(r#"{{"external_id":"{number:03}"}}"#).as_bytes()).await.unwrap();
        assert_eq!(answer(&mut stream).await.status, 201);
    }
    running.stop().await;
}

#[tokio::test]
async fn a_body_that_comes_when_every_place_is_taken_is_told_to_come_again() {
    let world = World::new().await;
    let running = world.serve_with(Limits { requests: 1, ..Limits::SHIPPED }, |server| server).await;
    let mut late = begun(&running, &world.key, 1).await;
    running_requests(&world, 1).await;
    let long_one = || {
        let waiting = Client::new(running.address, &world.key);
        tokio::spawn(async move { waiting.get("/v1/events?wait=2&after=999").await.status })
    };
    let holds = long_one();
    running_requests(&world, 2).await;
    late.write_all(br#"{"external_id":"001"}"#).await.unwrap();
    answer(&mut late).await.problem(503, "unavailable");
    assert_eq!(holds.await.unwrap(), 200);
    // Its place was given back once, and no more often.
    let holds = long_one();
    running_requests(&world, 1).await;
    running.client.get("/v1/events").await.problem(503, "unavailable");
    assert_eq!(holds.await.unwrap(), 200);
    running.stop().await;
}

/// Waits until so many requests are let in or refused at once.
async fn running_requests(world: &World, count: usize) {
    let said = format!("postern_requests_in_flight {count}\n");
    while !world.metrics.text().contains(&said) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A request to create a subject, of which the head is sent.
async fn begun(running: &Running, key: &str, number: u8) -> TcpStream {
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let head = format!(
        "POST /v1/subjects HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\
         Idempotency-Key: begun-{number}\r\nContent-Type: application/json\r\nContent-Length: 21\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

async fn answer(stream: &mut TcpStream) -> Reply {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    Reply::read(&text)
}

#[tokio::test]
async fn readiness_is_told_and_blocks() {
    let world = World::new().await;
    let running = world.serve().await;
    let admin = Client::new(running.admin, "");
    assert_eq!(admin.get("/healthz").await.status, 200);
    assert_eq!(admin.get("/readyz").await.body, r#"{"ready":true}"#);
    world.readiness.degraded("anchor-old");
    assert_eq!(admin.get("/readyz").await.status, 503);
    assert_eq!(running.client.get("/v1/events").await.status, 200);
    world.readiness.not_ready("rollback");
    running.client.get("/v1/events").await.problem(503, "unavailable");
    assert_eq!(running.client.get("/openapi.json").await.status, 200);
    let told = admin.get("/readyz").await.is(503);
    assert_eq!(told["reasons"], serde_json::json!(["anchor-old", "rollback"]));
    world.readiness.clear("rollback");
    assert_eq!(running.client.get("/v1/events").await.status, 200);
    admin.get("/v1/events").await.problem(404, "not-found");
    running.stop().await;
}

#[tokio::test]
async fn headers_are_on_every_answer() {
    let world = World::new().await;
    let running = world.serve_with(Limits::SHIPPED, |server| server.named_run("run7")).await;
    let every = |reply: &Reply| {
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(reply.header("content-security-policy"), Some("default-src 'none'"));
        assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
    };
    let reply = running.client.call("GET", "/v1/events", &[("X-Request-Id", "mine")], None).await;
    every(&reply);
    assert_eq!(
        (reply.header("x-request-id"), reply.header("cache-control")),
        (Some("mine"), Some("no-store"))
    );
    let reply = running.client.call("GET", "/v1/nothing", &[("X-Request-Id", "not mine")], None).await;
    every(&reply);
    assert!(reply.header("x-request-id").unwrap().starts_with("run7-"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    every(&Client::new(running.admin, "").get("/healthz").await);
    running.stop().await;
}

#[tokio::test]
async fn a_demonstration_answers_to_its_own_names_only() {
    let world = World::new().await;
    let running = world.serve_with(Limits::SHIPPED, |server| server.require_loopback_host(true)).await;
    let named = async |host: &str| running.client.call("GET", "/v1/events", &[("Host", host)], None).await;
    for host in ["localhost", "127.0.0.1:8080", "[::1]:8080"] {
        assert_eq!(named(host).await.status, 200, "{host}");
    }
    for host in ["example.org", "localhost.example.org", ""] {
        named(host).await.problem(404, "not-found");
    }
    let elsewhere =
        "GET http://example.org/openapi.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    super::client::exchange(running.address, elsewhere).await.problem(404, "not-found");
    running.stop().await;
}

/// Everything that is traced.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn what_is_traced_has_ids_and_no_secrets() {
    let world = World::new().await;
    let written = Written::default();
    let sink = written.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || sink.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let running = world.serve_with(Limits::SHIPPED, |server| server.named_run("run7")).await;
    let (set, codes) = issued(&running.client, "alice").await;
    let body = redemption("alice", &codes[1]);
    let redeemed = running.client.post_with("key-of-a-request", "/v1/redemptions", &body).await.is(201);
    running.client.get("/v1/events?after=0&secret=alice").await.problem(400, "malformed-request");
    drop(guard);
    let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    assert!(
        text.contains("run7-1") && text.contains("/v1/redemptions") && text.contains("answered"),
        "{text}"
    );
    let (receipt, device) =
        (redeemed["receipt"].as_str().unwrap(), redeemed["device_token"].as_str().unwrap());
    let secrets =
        ["alice", "192.0.2.1", "example-login", "key-of-a-request", &world.key, &set, receipt, device];
    for secret in secrets.into_iter().chain(codes.iter().map(String::as_str)) {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    running.stop().await;
}
