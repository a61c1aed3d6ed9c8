//! Connections: slow, many, several requests in one, stopped.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::client::{Client, Reply, exchange};
use super::lifecycle::{issued, redemption};
use super::world::World;
use crate::{BindFault, Limits, Server};

/// Limits that are reached soon.
const SHORT: Limits = Limits {
    body: 1024,
    body_time: Duration::from_millis(200),
    head_time: Duration::from_millis(300),
    ..Limits::SHIPPED
};

#[tokio::test]
async fn a_head_that_does_not_end_is_cut_off() {
    let world = World::new().await;
    let server = world.serve_with(SHORT, |server| server).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let begun = Instant::now();
    stream.write_all(b"GET /v1/events HTTP/1.1\r\n").await.unwrap();
    let mut rest = Vec::new();
    let drip = async {
        for _ in 0..40 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let ended = tokio::select! { read = stream.read_to_end(&mut rest) => read.is_ok(), () = drip => false };
    assert!(ended && begun.elapsed() < Duration::from_secs(2));
    let mut idle = TcpStream::connect(server.address).await.unwrap();
    assert!(timeout(Duration::from_secs(2), idle.read_to_end(&mut rest)).await.is_ok());
    server.stop().await;
}

#[tokio::test]
async fn a_body_that_does_not_end_is_refused() {
    let world = World::new().await;
    let server = world.serve_with(SHORT, |server| server).await;
    let head = |more: &str| {
        format!(
            "POST /v1/subjects HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nIdempotency-Key: k\r\nContent-Type: application/json\r\n{more}\r\n",
            world.key
        )
    };
    let slow = exchange(server.address, &head("Content-Length: 100\r\n")).await;
    slow.problem(400, "malformed-request");
    let said = exchange(server.address, &head("Content-Length: 2000\r\n")).await;
    said.problem(413, "body-too-large");
    let chunk = format!("400\r\n{}\r\n", "x".repeat(1024));
    let chunked = head("Transfer-Encoding: chunked\r\n") + &chunk + &chunk;
    exchange(server.address, &chunked).await.problem(413, "body-too-large");
    server.stop().await;
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused() {
    let world = World::new().await;
    let server = world.serve_with(Limits { head: 8192, ..SHORT }, |server| server).await;
    let long = format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "x".repeat(20_000));
    assert_eq!(exchange(server.address, &long).await.status, 431);
    let many = format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "X: y\r\n".repeat(100));
    assert_eq!(exchange(server.address, &many).await.status, 431);
    server.stop().await;
}

#[tokio::test]
async fn requests_in_one_connection_are_answered_in_order() {
    let world = World::new().await;
    let server = world.serve().await;
    let one = |path: &str, more: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\n{more}\r\n");
    let text = one("/.well-known/jwks.json", "X-Request-Id: first\r\n")
        + &one("/absent", "X-Request-Id: second\r\n")
        + &one("/absent", "X-Request-Id: third\r\nConnection: close\r\n");
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).await.unwrap();
    let places: Vec<_> = ["first", "second", "third"].iter().map(|id| answers.find(id).unwrap()).collect();
    assert!(places.is_sorted());
    assert_eq!(answers.matches("HTTP/1.1 ").count(), 3);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixty_four_that_redeem_one_code_one_is_accepted() {
    let world = World::new().await;
    let server = world.serve().await;
    let (_, codes) = issued(&server.client, "alice").await;
    let tasks: Vec<_> = (0..64)
        .map(|number| {
            let client = Client::new(server.address, &world.key);
            let mut body = redemption("alice", &codes[1]);
            body["client"] = json!({ "address": format!("192.0.2.{number}") });
            tokio::spawn(async move {
                client.post_with(&format!("r{number}"), "/v1/redemptions", &body).await.status
            })
        })
        .collect();
    let mut accepted = 0;
    for task in tasks {
        accepted += usize::from(task.await.unwrap() == 201);
    }
    assert_eq!(accepted, 1);
    server.stop().await;
}

#[tokio::test]
async fn connections_beyond_the_limit_wait() {
    let world = World::new().await;
    let limits = Limits { connections: 1, head_time: Duration::from_secs(2), ..SHORT };
    let server = world.serve_with(limits, |server| server).await;
    // Connections are taken in the order in which they were made.
    let _holds = TcpStream::connect(server.address).await.unwrap();
    let client = Client::new(server.address, "");
    let mut next = std::pin::pin!(client.get("/openapi.json"));
    assert!(timeout(Duration::from_millis(100), &mut next).await.is_err(), "there are two at once");
    // The idle one is closed after its time, and the next gets its place.
    assert_eq!(timeout(Duration::from_secs(10), next).await.unwrap().status, 200);
    server.stop().await;
}

#[tokio::test]
async fn a_stop_lets_requests_end_and_closes_idle_connections() {
    let world = World::new().await;
    let server = world.serve().await;
    let address = server.address;
    let mut idle = TcpStream::connect(address).await.unwrap();
    idle.write_all(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut some = [0; 64];
    idle.read_exact(&mut some).await.unwrap();
    assert!(timeout(Duration::from_secs(5), server.stop()).await.is_ok());
    assert!(TcpStream::connect(address).await.is_err());
    let mut rest = String::new();
    assert!(idle.read_to_string(&mut rest).await.is_ok());
    assert_eq!(Reply::read(&String::from_utf8_lossy(&some)).status, 200);
}

#[tokio::test]
async fn only_this_machine_is_listened_to() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
        let refused = Server::bind(address.parse().unwrap()).await;
        assert!(matches!(refused, Err(BindFault::NotLoopback(_))), "{address}");
    }
}

#[tokio::test]
async fn one_address_has_its_share_of_connections_and_a_trusted_proxy_all() {
    let world = World::new().await;
    let limits = Limits { connections_per_address: 2, ..Limits::SHIPPED };
    let server = world.serve_with(limits, |server| server).await;
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        stream.read_exact(&mut [0; 12]).await.unwrap();
        held.push(stream);
    }
    assert_eq!(Client::new(server.address, "").get("/openapi.json").await.status, 0);
    drop(held);
    let again = async {
        while Client::new(server.address, "").get("/openapi.json").await.status != 200 {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(5), again).await.unwrap();
    server.stop().await;
    let proxies = vec!["127.0.0.0/8".parse().unwrap()];
    let limits = Limits { connections_per_address: 1, ..Limits::SHIPPED };
    let server = world.serve_with(limits, |server| server.trusting_proxies(proxies)).await;
    let _held = TcpStream::connect(server.address).await.unwrap();
    assert_eq!(Client::new(server.address, "").get("/openapi.json").await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn a_connection_ends_after_its_last_request() {
    let world = World::new().await;
    let limits = Limits { requests_per_connection: 3, ..Limits::SHIPPED };
    let server = world.serve_with(limits, |server| server).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let one = "GET /absent HTTP/1.1\r\nHost: x\r\n\r\n";
    stream.write_all(one.repeat(5).as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let _ = timeout(Duration::from_secs(5), stream.read_to_end(&mut bytes)).await.unwrap();
    let text = String::from_utf8_lossy(&bytes).to_lowercase();
    assert_eq!((text.matches("http/1.1 404").count(), text.matches("connection: close").count()), (3, 1));
    server.stop().await;
}

#[tokio::test]
async fn a_target_that_is_too_long_is_refused() {
    let world = World::new().await;
    let server = world.serve_with(Limits { target: 600, ..Limits::SHIPPED }, |server| server).await;
    let path = |length: usize| format!("/v1/events?subject={}", "x".repeat(length));
    server.client.get(&path(600)).await.problem(400, "malformed-request");
    server.client.get(&path(500)).await.problem(422, "invalid-value");
    server.stop().await;
}

#[tokio::test]
async fn an_answer_that_nobody_reads_and_half_a_connection_hold_no_place() {
    let world = World::new().await;
    let limits = Limits { connections: 1, write_time: Duration::from_millis(300), ..Limits::SHIPPED };
    let server = world.serve_with(limits, |server| server).await;
    let mut deaf = TcpStream::connect(server.address).await.unwrap();
    let one = "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n";
    // Far more answers than the system's buffers hold.
    let asking = async { while deaf.write_all(one.repeat(100).as_bytes()).await.is_ok() {} };
    assert!(timeout(Duration::from_secs(10), asking).await.is_ok(), "it was listened to for ever");
    let mut half = TcpStream::connect(server.address).await.unwrap();
    half.write_all(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n").await.unwrap();
    half.shutdown().await.unwrap();
    let mut rest = Vec::new();
    let ended = timeout(Duration::from_secs(5), half.read_to_end(&mut rest)).await;
    assert!(ended.is_ok() && !String::from_utf8_lossy(&rest).contains("200"));
    let reply = timeout(Duration::from_secs(5), Client::new(server.address, "").get("/openapi.json")).await;
    assert_eq!(reply.unwrap().status, 200);
    server.stop().await;
}

#[tokio::test]
async fn a_bound_key_is_known_by_what_a_trusted_proxy_says_and_by_nobody_elses_word() {
    let world = World::new().await;
    let key = world.bound(&["192.0.2.0/24"]).await;
    let near = world.bound(&["127.0.0.0/8"]).await;
    let bearer = |key: &str| format!("Bearer {key}");
    let (key, near) = (bearer(&key), bearer(&near));
    let said = |key, address| [("Authorization", key), ("X-Forwarded-For", address)];
    let server = world.serve().await;
    let ask = async |server: &super::world::Running, headers: [(&str, &str); 2]| {
        server.client.call("GET", "/v1/", &headers, None).await.status
    };
    assert_eq!(ask(&server, said(key.as_str(), "192.0.2.7")).await, 401);
    assert_eq!(ask(&server, said(near.as_str(), "192.0.2.7")).await, 200);
    server.stop().await;
    let proxies = vec!["127.0.0.1/32".parse().unwrap()];
    let server = world.serve_with(Limits::SHIPPED, |server| server.trusting_proxies(proxies)).await;
    assert_eq!(ask(&server, said(key.as_str(), "192.0.2.7")).await, 200);
    assert_eq!(ask(&server, said(key.as_str(), "192.0.2.7, 198.51.100.1")).await, 401);
    assert_eq!(ask(&server, said(near.as_str(), "198.51.100.1")).await, 401);
    server.stop().await;
}
