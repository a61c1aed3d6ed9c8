//! Heads: floods, lengths that lie, characters that no header has, other protocols.

use postern_testkit::StoreKind;

use crate::site::Site;

/// A right redemption whose head has these lines more; whether it may be done all the same.
fn lines() -> Vec<(&'static str, String)> {
    vec![
        ("a line of 80 KiB", format!("X-Long: {}\r\n", "x".repeat(80 << 10))),
        ("a name of 80 KiB", format!("{}: x\r\n", "x".repeat(80 << 10))),
        ("a mebibyte of lines", "X-More: some more of it\r\n".repeat(40_000)),
        ("two hundred lines", "X: y\r\n".repeat(200)),
        ("a NUL in a line", "X-Nul: a\0b\r\n".to_owned()),
        ("a line feed in a line", "X-Feed: a\nb\r\n".to_owned()),
        ("a carriage return in a line", "X-Return: a\rb\r\n".to_owned()),
        ("a folded line", "X-Folded: a\r\n b\r\n".to_owned()),
        ("a space before the colon", "X-Space : a\r\n".to_owned()),
        ("a line without a colon", "nonsense\r\n".to_owned()),
        ("a line that begins with a colon", ": x\r\n".to_owned()),
        ("a length that is too small", "Content-Length: 1\r\n".to_owned()),
        ("a length below nothing", "Content-Length: -1\r\n".to_owned()),
        ("a length with a sign", "Content-Length: +5\r\n".to_owned()),
        ("a length in sixteens", "Content-Length: 0x5\r\n".to_owned()),
        ("a length beyond all", "Content-Length: 99999999999999999999999\r\n".to_owned()),
        ("lengths in a list", "Content-Length: 5, 5\r\n".to_owned()),
        ("no length", "Content-Length: \r\n".to_owned()),
        ("an encoding that nobody knows", "Transfer-Encoding: cow\r\n".to_owned()),
        ("chunked, and then something", "Transfer-Encoding: chunked, cow\r\n".to_owned()),
        ("chunked with a vertical tab", "Transfer-Encoding: \x0bchunked\r\n".to_owned()),
        ("packed", "Content-Encoding: gzip\r\n".to_owned()),
        ("another type as well", "Content-Type: text/plain\r\n".to_owned()),
        ("another key as well", "Idempotency-Key: other\r\n".to_owned()),
        ("another application key as well", "Authorization: Bearer pstk_other\r\n".to_owned()),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heads_that_lie_or_flood_spend_nothing() {
    let site = Site::new(StoreKind::Sqlite).await;
    let body = site.body(&site.sheet.codes[1]).to_string();
    let length = format!("Connection: close\r\nContent-Length: {}\r\n", body.len());
    for (about, line) in lines() {
        for more in [format!("{line}{length}"), format!("{length}{line}")] {
            let reply = site.send((site.head("/v1/redemptions", &more) + &body).as_bytes()).await;
            reply.documented(about);
            let told = reply.statuses();
            assert!(told.iter().all(|status| (400..500).contains(status)), "{about}: {told:?}");
            // A server that ends the connection before it has read everything may not be heard.
            assert!(!told.is_empty() || line.len() > 8 << 10, "{about} was not answered");
        }
    }
    site.serves_others().await;
    site.is_whole().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_are_not_as_long_as_they_say_spend_nothing() {
    let site = Site::new(StoreKind::Sqlite).await;
    let body = site.body(&site.sheet.codes[1]).to_string();
    let chunked = |chunks: &str| site.head("/v1/redemptions", "Transfer-Encoding: chunked\r\n") + chunks;
    let size = format!("{:x}", body.len());
    let cases = [
        (
            "a length that never comes",
            site.head("/v1/redemptions", &format!("Content-Length: {}\r\n", body.len() + 1)) + &body,
        ),
        ("a chunk that never comes", chunked(&format!("{:x}\r\n{body}\r\n", body.len() + 10))),
        ("chunks without an end", chunked(&format!("{size}\r\n{body}\r\n"))),
        ("a chunk that is longer than it says", chunked(&format!("5\r\n{body}\r\n0\r\n\r\n"))),
        ("a size that is none", chunked(&format!("zz\r\n{body}\r\n0\r\n\r\n"))),
        ("a size below nothing", chunked(&format!("-5\r\n{body}\r\n0\r\n\r\n"))),
        ("a size beyond all", chunked(&format!("fffffffffffffffff\r\n{body}\r\n0\r\n\r\n"))),
        (
            "an extension without end",
            chunked(&format!("{size};{}\r\n{body}\r\n0\r\n\r\n", "x".repeat(100_000))),
        ),
        ("line feeds alone", chunked(&format!("{size}\n{body}\n0\n\n"))),
        ("trailers without end", chunked(&format!("5\r\n{{\"a\":\r\n0\r\n{}", "X: y\r\n".repeat(20_000)))),
        ("chunks of one byte without end", chunked(&"1\r\n \r\n".repeat(100_000))),
    ];
    for (about, request) in cases {
        let reply = site.send(request.as_bytes()).await;
        reply.documented(about);
        let told = reply.statuses();
        assert!(!told.contains(&201), "{about}");
        assert!(!told.is_empty() || request.len() > 8 << 10, "{about} was not answered");
    }
    site.serves_others().await;
    site.is_whole().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_protocols_end_the_connection() {
    let site = Site::new(StoreKind::Memory).await;
    let hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a greeting of another protocol".to_vec();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("HTTP/2 from the start", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec()),
        ("an upgrade to HTTP/2", b"GET /openapi.json HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n".to_vec()),
        ("HTTP/0.9", b"GET /openapi.json\r\n".to_vec()),
        ("HTTP/1.2", b"GET /openapi.json HTTP/1.2\r\n\r\n".to_vec()),
        ("HTTP/3.0", b"GET /openapi.json HTTP/3.0\r\n\r\n".to_vec()),
        ("HTTP/1.10", b"GET /openapi.json HTTP/1.10\r\n\r\n".to_vec()),
        ("a greeting of TLS", hello),
        ("zeros", vec![0; 10_000]),
        ("line ends", b"\r\n".repeat(10_000)),
        ("all bytes", (0..=255).cycle().take(10_000).collect()),
    ];
    for (about, bytes) in cases {
        site.send(&bytes).await.documented(about);
    }
    let old = site.send(b"GET /openapi.json HTTP/1.0\r\n\r\n").await;
    assert_eq!(old.statuses(), [200], "HTTP/1.0 is served, once a connection");
    site.serves_others().await;
    site.is_whole().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_before_the_body_is_told_to_go_on_or_why_not() {
    let site = Site::new(StoreKind::Memory).await;
    let body = site.body("PSTN-1").to_string();
    let more =
        |length: usize| format!("Connection: close\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n");
    let reply = site.send((site.head("/v1/redemptions", &more(body.len())) + &body).as_bytes()).await;
    assert!(String::from_utf8_lossy(&reply.0).starts_with("HTTP/1.1 100 "));
    assert_eq!(reply.statuses(), [422]);
    // Too long: told before anything is sent.
    let reply = site.send(site.head("/v1/redemptions", &more(1 << 20)).as_bytes()).await;
    reply.documented("too long to go on");
    assert_eq!(reply.statuses(), [413]);
    assert!(!String::from_utf8_lossy(&reply.0).starts_with("HTTP/1.1 100 "));
    // Told to go on, and then nothing comes.
    let reply = site.send(site.head("/v1/redemptions", &more(body.len())).as_bytes()).await;
    assert_eq!(reply.statuses(), [400]);
    site.is_whole().await;
}
