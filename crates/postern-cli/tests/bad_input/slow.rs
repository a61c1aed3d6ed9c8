//! Clients that take their time, with head, body and reading; clients that hang up half-way.

use std::time::Duration;

use postern_server::Limits;
use postern_testkit::StoreKind;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{interval, timeout};

use crate::site::{SOON, Site};
use crate::wire::rest;

/// Sends some bytes at once and the others one by one, ten in the time that the limits give for a body, for as long as
/// they are taken.
async fn drips(authority: String, bytes: Vec<u8>, at_once: usize) {
    let (mut reading, mut writing) = TcpStream::connect(authority).await.unwrap().into_split();
    let dripping = tokio::spawn(async move {
        let (first, later) = bytes.split_at(at_once);
        let mut pace = interval(SOON.body_time / 10);
        let mut taken = writing.write_all(first).await;
        for byte in later {
            pace.tick().await;
            taken = taken.and(writing.write_all(&[*byte]).await);
            if taken.is_err() {
                return;
            }
        }
    });
    let mut read = Vec::new();
    let ended = timeout(Duration::from_secs(15), reading.read_to_end(&mut read)).await;
    assert!(ended.is_ok(), "it was listened to for ever");
    dripping.abort();
}

/// Sixty of them hold their places no longer than the limits say, and others are served meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_drips_is_cut_off_and_takes_nobodys_place() {
    let site = Site::with(StoreKind::Sqlite, Limits { requests: 100, ..SOON }).await;
    let body = site.body(&site.sheet.codes[1]).to_string();
    let whole = site.request("/v1/redemptions", body.as_bytes());
    let head = whole.len() - body.len();
    let chunked = site.head("/v1/redemptions", "Transfer-Encoding: chunked\r\n").into_bytes();
    let chunks = [chunked.as_slice(), b"1\r\n \r\n".repeat(500).as_slice()].concat();
    let mut all = tokio::task::JoinSet::new();
    for n in 0..60 {
        let (bytes, at_once) = match n % 3 {
            0 => (whole.clone(), 0),
            1 => (whole.clone(), head),
            _ => (chunks.clone(), chunked.len()),
        };
        all.spawn(drips(site.authority().to_owned(), bytes, at_once));
    }
    for _ in 0..5 {
        site.serves_others().await;
    }
    while let Some(cut_off) = all.join_next().await {
        cut_off.unwrap();
    }
    site.is_whole().await;
}

/// Whoever closes one direction has heard enough: what was whole may be done, what was not is not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_a_connection_is_none() {
    let site = Site::new(StoreKind::Sqlite).await;
    let body = site.body(&site.sheet.codes[1]).to_string();
    let whole = site.request("/v1/redemptions", body.as_bytes());
    for length in (0..whole.len()).step_by(23) {
        let mut stream = TcpStream::connect(site.authority()).await.unwrap();
        stream.write_all(&whole[..length]).await.unwrap();
        stream.shutdown().await.unwrap();
        let reply = rest(stream).await;
        reply.documented("half");
        assert!(!reply.statuses().contains(&201), "{length}");
    }
    site.serves_others().await;
    site.is_whole().await;
}
