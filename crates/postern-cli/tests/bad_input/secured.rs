//! The same through TLS, and what is no TLS at all.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use postern_testkit::installed::{Installed, Serving};
use postern_tls::Connecting;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::wire::{Reply, exchange};

/// An installation that speaks TLS and waits for a handshake and a head no longer than a second, and who trusts it.
fn secured() -> (Installed, Connecting) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let installed = Installed::new(env!("CARGO_BIN_EXE_postern"));
    let home = installed.home();
    fs::write(home.join("server.key"), key.serialize_pem()).unwrap();
    fs::set_permissions(home.join("server.key"), Permissions::from_mode(0o600)).unwrap();
    fs::write(home.join("server.pem"), certificate.pem()).unwrap();
    let config = fs::read_to_string(installed.config()).unwrap();
    let tls = "trusted_proxies = []\ntls = { certificate = \"server.pem\", key = \"server.key\" }";
    let mut config = config.replace("trusted_proxies = []", tls);
    assert!(config.contains("server.pem"));
    for (name, shipped) in [("handshake_seconds", 5), ("head_seconds", 10), ("body_seconds", 5)] {
        let line = format!("{name} = {shipped}");
        assert!(config.contains(&line), "{line}");
        config = config.replace(&line, &format!("{name} = 1"));
    }
    fs::write(installed.config(), config).unwrap();
    (installed, Connecting::new(authority.pem().as_bytes()).unwrap())
}

async fn through(serving: &Serving, trusting: &Connecting, bytes: &[u8]) -> Reply {
    let stream = TcpStream::connect(&serving.authority).await.unwrap();
    let mut stream = trusting.connect("localhost", stream).await.unwrap();
    let _ = stream.write_all(bytes).await;
    let mut read = Vec::new();
    let ended = timeout(Duration::from_secs(20), stream.read_to_end(&mut read)).await;
    assert!(ended.is_ok(), "the server hangs");
    Reply(read)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_before_and_inside_tls_harms_nobody() {
    let (installed, trusting) = secured();
    let serving = installed.serve();
    let hello = b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00".to_vec();
    let garbage: Vec<(&str, Vec<u8>)> = vec![
        ("HTTP in the clear", b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n".to_vec()),
        ("a short greeting", hello.clone()),
        ("a greeting and garbage", [hello.as_slice(), &[0xff; 5_000]].concat()),
        ("a greeting of another century", b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10".to_vec()),
        ("a record that is too long", [b"\x16\x03\x03\xff\xff".as_slice(), &[1; 70_000]].concat()),
        ("nothing", Vec::new()),
        ("zeros", vec![0; 100_000]),
        ("an alert", b"\x15\x03\x03\x00\x02\x02\x28".to_vec()),
    ];
    // Silent ones besides, as many as handshakes may be done at once.
    let mut silent = Vec::new();
    for _ in 0..60 {
        silent.push(TcpStream::connect(&serving.authority).await.unwrap());
    }
    for (about, bytes) in garbage {
        let reply = exchange(&serving.authority, &bytes).await;
        assert!(!reply.0.starts_with(b"HTTP/"), "{about} was answered in the clear");
    }
    let get = format!(
        "GET /v1/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\r\n",
        installed.key
    );
    assert_eq!(through(&serving, &trusting, get.as_bytes()).await.statuses(), [200]);
    let post = |more: &str, body: &[u8]| {
        let head = format!(
            "POST /v1/redemptions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nIdempotency-Key: k\r\n\
             Content-Type: application/json\r\nConnection: close\r\n{more}\r\n",
            installed.key
        );
        [head.as_bytes(), body].concat()
    };
    let inside = [
        ("a mebibyte", post("Content-Length: 1048576\r\n", &vec![b'x'; 1 << 20])),
        ("deep lists", post("Content-Length: 60000\r\n", &b"[".repeat(60_000))),
        ("half a body", post("Content-Length: 100\r\n", b"{")),
        ("half a head", b"POST /v1/redemptions HTTP/1.1\r\nHost: x\r\n".to_vec()),
        ("a flood of lines", post(&"X: y\r\n".repeat(10_000), b"")),
        ("TLS once more", hello),
    ];
    for (about, bytes) in inside {
        let reply = through(&serving, &trusting, &bytes).await;
        reply.documented(about);
        assert!(reply.statuses().iter().all(|status| *status >= 400), "{about}");
    }
    assert_eq!(through(&serving, &trusting, get.as_bytes()).await.statuses(), [200]);
    assert_eq!(serving.stop(), Some(0));
    drop(silent);
}
