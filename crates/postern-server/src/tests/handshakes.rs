//! Handshakes: who is silent keeps nobody out, and who is revoked does not get in.

use std::sync::Arc;
use std::time::Duration;

use postern_tls::{Listening, Material};
use rcgen::{CertificateRevocationListParams, KeyIdMethod, RevokedCertParams, SerialNumber, date_time_ymd};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::client::Client;
use super::tls::{Authority, serve, status};
use super::world::World;
use crate::Limits;

/// A list of this authority, good until this year, with certificates by their names.
fn list(authority: &Authority, until: i32, names: &[&str]) -> String {
    let revoked = |name: &&str| RevokedCertParams {
        serial_number: SerialNumber::from(name.as_bytes().to_vec()),
        revocation_time: date_time_ymd(2020, 1, 2),
        reason_code: None,
        invalidity_date: None,
    };
    let params = CertificateRevocationListParams {
        this_update: date_time_ymd(2020, 1, 1),
        next_update: date_time_ymd(until, 1, 1),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: names.iter().map(revoked).collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    params.signed_by(&authority.0).unwrap().pem().unwrap()
}

#[tokio::test]
async fn two_hundred_silent_connections_keep_no_client_out() {
    let (world, authority) = (World::new().await, Authority::new());
    let tls = Arc::new(Listening::new(&authority.issue("localhost").material(None)).unwrap());
    // Far longer than the test: no place comes free by itself.
    let limits = Limits { handshakes: 4, handshake_time: Duration::from_secs(60), ..Limits::SHIPPED };
    let server = serve(&world, limits, &tls).await;
    let mut silent = Vec::new();
    for number in 0..200 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        if number % 2 == 0 {
            // The begin of a record that does not go on.
            stream.write_all(&[22, 3, 1, 2, 0, 1]).await.unwrap();
        }
        silent.push(stream);
    }
    let trusting = authority.trusting();
    let asked = status(server.address, &trusting, &world.key);
    assert_eq!(timeout(Duration::from_secs(20), asked).await, Ok(Some(200)));
    drop(silent);
    server.stop().await;
}

#[tokio::test]
async fn a_handshake_that_does_not_go_on_is_ended_also_if_it_trickles() {
    let (world, authority) = (World::new().await, Authority::new());
    let tls = Arc::new(Listening::new(&authority.issue("localhost").material(None)).unwrap());
    let limits = Limits { handshake_time: Duration::from_millis(200), ..Limits::SHIPPED };
    let server = serve(&world, limits, &tls).await;
    let ends = async |stream: &mut TcpStream| matches!(stream.read(&mut [0; 64]).await, Ok(0) | Err(_));
    // Nothing, the first byte of a record, the begin of a ClientHello.
    for begun in [&[][..], &[22], &[22, 3, 1, 2, 0, 1]] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(begun).await.unwrap();
        assert_eq!(timeout(Duration::from_secs(20), ends(&mut stream)).await, Ok(true), "{begun:?}");
    }
    // Byte by byte there is always something new. The whole has a limit all the same.
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(&[22, 3, 1, 64, 0]).await.unwrap();
    let trickles = async {
        while stream.write_all(&[1]).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert_eq!(timeout(Duration::from_secs(20), trickles).await, Ok(()), "a trickle holds its place");
    server.stop().await;
}

#[tokio::test]
async fn a_revoked_certificate_does_not_get_in_and_with_a_list_too_old_none_does() {
    let (world, authority, clients) = (World::new().await, Authority::new(), Authority::new());
    let (shown, pem) = (authority.issue("localhost"), clients.pem());
    let (own, other) = (clients.issue("login.example"), clients.issue("other.example"));
    let tls = Arc::new(Listening::new(&shown.material(Some(&pem))).unwrap());
    let server = serve(&world, Limits::SHIPPED, &tls).await;
    let asked = async |list: Option<&str>| {
        let listed = Material { client_revocations: list.map(str::as_bytes), ..shown.material(Some(&pem)) };
        tls.replace(&listed).unwrap();
        let own = status(server.address, &own.shown_to(&authority), &world.key).await;
        let other = status(server.address, &other.shown_to(&authority), &world.key).await;
        (own, other, status(server.address, &authority.trusting(), &world.key).await)
    };
    let well = Some(200);
    assert_eq!(asked(None).await, (well, well, well));
    assert_eq!(asked(Some(&list(&clients, 2090, &[]))).await, (well, well, well));
    assert_eq!(asked(Some(&list(&clients, 2090, &["login.example"]))).await, (None, well, well));
    assert_eq!(asked(Some(&list(&clients, 2021, &[]))).await, (None, None, well));
    // Another authority's list says nothing of these.
    assert_eq!(asked(Some(&list(&authority, 2090, &[]))).await, (None, None, well));
    let broken = Material { client_revocations: Some(b"nothing"), ..shown.material(Some(&pem)) };
    assert!(tls.replace(&broken).is_err());
    server.stop().await;
}

#[tokio::test]
async fn the_last_places_are_a_proxys() {
    let world = World::new().await;
    for (proxies, expected) in [("10.0.0.0/8", 0), ("127.0.0.0/8", 200)] {
        let limits = Limits { connections: 16, ..Limits::SHIPPED };
        let proxies = vec![proxies.parse().unwrap()];
        let server = world.serve_with(limits, |server| server.trusting_proxies(proxies)).await;
        let mut held = Vec::new();
        for _ in 0..15 {
            let mut stream = TcpStream::connect(server.address).await.unwrap();
            stream.write_all(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
            stream.read_exact(&mut [0; 12]).await.unwrap();
            held.push(stream);
        }
        assert_eq!(Client::new(server.address, "").get("/openapi.json").await.status, expected);
        drop(held);
        server.stop().await;
    }
}
