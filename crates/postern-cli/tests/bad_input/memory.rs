//! The built binary under a flood: how much memory it holds is bounded, and it is whole afterwards.

use std::fs;

use postern_testkit::Http;
use postern_testkit::installed::{Installed, Serving};
use serde_json::{Value, json};

use crate::long;
use crate::wire::exchange;

/// Kibibytes that a process may hold more than before: far less than what is sent at it, and about what its limits
/// allow (bodies of 64 KiB and heads of 32 KiB for each connection of the flood, and what parsing makes of them).
const MORE: u64 = 64 * 1024;
/// Connections at once.
const AT_ONCE: usize = 100;

/// The most that a process has held so far, in kibibytes.
fn held(serving: &Serving) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", serving.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn floods(key: &str) -> Vec<Vec<u8>> {
    let head = |more: &str| {
        format!(
            "POST /v1/redemptions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nIdempotency-Key: k\r\n\
             Content-Type: application/json\r\nConnection: close\r\n{more}\r\n"
        )
        .into_bytes()
    };
    let sized = |body: Vec<u8>| [head(&format!("Content-Length: {}\r\n", body.len())), body].concat();
    let chunked = |body: &[u8]| [head("Transfer-Encoding: chunked\r\n").as_slice(), body].concat();
    vec![
        sized(vec![b'x'; 1 << 20]),
        chunked(&[b"fffff\r\n".as_slice(), &vec![b' '; 1 << 20]].concat()),
        sized(b"[".repeat(64 << 10)),
        sized(b"{\"a\":".repeat(12_000)),
        sized(format!("{{\"x\":[{}1]}}", "1,".repeat(30_000)).into_bytes()),
        sized(format!("{{\"code\":\"{}\"}}", "\u{fdfa}".repeat(20_000)).into_bytes()),
        head(&"X-More: some more of it\r\n".repeat(40_000)),
        head(&format!("X-Long: {}\r\n", "x".repeat(1 << 20))),
        b"\r\n".repeat(1 << 19),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_is_held_in_bounded_memory_and_leaves_nothing_half_done() {
    let installed = Installed::new(env!("CARGO_BIN_EXE_postern"));
    let serving = installed.serve();
    let mut http = Http::connect(&serving.authority, &installed.key).await;
    let codes = installed.issue(&mut http, "anna", "one").await;
    let floods = floods(&installed.key);
    // What is paid once: threads, buffers, caches.
    for flood in &floods {
        exchange(&serving.authority, flood).await.documented("warm");
    }
    let before = held(&serving);
    let rounds = if long() { 20 } else { 2 };
    let mut sent = 0;
    for _ in 0..rounds {
        for flood in &floods {
            let mut all = tokio::task::JoinSet::new();
            for _ in 0..AT_ONCE {
                let (authority, flood) = (serving.authority.clone(), flood.clone());
                sent += flood.len() as u64;
                all.spawn(async move { exchange(&authority, &flood).await.documented("flood") });
            }
            let meanwhile = http.get("/v1/events?limit=1").await;
            assert_eq!(meanwhile.status, 200, "{}", meanwhile.json());
            while let Some(done) = all.join_next().await {
                done.unwrap();
            }
        }
    }
    let after = held(&serving);
    println!("{} MiB were sent; at most {before} KiB were held before, {after} KiB in all", sent >> 20);
    assert!(after < before + MORE, "{before} KiB became {after} KiB");
    let redeemed = http.post("/v1/redemptions", &installed.redemption("anna", &codes[1]), "well").await;
    assert_eq!(redeemed.status, 201, "{}", redeemed.json());
    assert_eq!(serving.stop(), Some(0));
    let verified = installed.command(&["audit", "verify", "--replay", "--json"], "");
    let verified: Value = serde_json::from_slice(&verified.stdout).unwrap();
    assert_eq!(verified["verified"], json!(true), "{verified}");
}
