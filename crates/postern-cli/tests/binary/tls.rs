//! A service with a certificate, which is renewed while it runs.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use postern_testkit::Http;
use postern_testkit::installed::{Installed, Serving};
use postern_tls::Connecting;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::POSTERN;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// Puts a certificate for this machine, and its key, into the folder.
fn put(folder: &Path, authority: &Authority) {
    let key = KeyPair::generate().unwrap();
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let certificate = CertificateParams::new(names).unwrap().signed_by(&key, authority).unwrap();
    fs::write(folder.join("server.key"), key.serialize_pem()).unwrap();
    fs::set_permissions(folder.join("server.key"), Permissions::from_mode(0o600)).unwrap();
    fs::write(folder.join("server.pem"), certificate.pem()).unwrap();
}

/// The status line of an answer over TLS; none if the certificate is not this authority's.
async fn asked(serving: &Serving, authority: &Authority, key: &str) -> Option<String> {
    let with = Connecting::new(authority.pem().as_bytes()).unwrap();
    let stream = tokio::net::TcpStream::connect(&serving.authority).await.unwrap();
    let mut stream = with.connect("localhost", stream).await.ok()?;
    let ask =
        format!("GET /v1/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n\r\n");
    stream.write_all(ask.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // The server may end the connection without a word of TLS.
    let _ = stream.read_to_end(&mut answer).await;
    Some(String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned())
}

async fn refused(serving: &Serving) -> bool {
    let answer = Http::connect(&serving.admin, "").await.get("/metrics").await;
    String::from_utf8_lossy(&answer.bytes).contains("postern_certificates_refused_total 1")
}

#[tokio::test]
async fn a_certificate_is_renewed_while_it_serves_and_a_broken_one_is_not_taken() {
    let installed = Installed::new(POSTERN);
    let (home, first, second) = (installed.home(), authority(), authority());
    put(&home, &first);
    fs::write(home.join("first.pem"), first.pem()).unwrap();
    let config = fs::read_to_string(installed.config()).unwrap();
    let tls = "trusted_proxies = []\ntls = { certificate = \"server.pem\", key = \"server.key\" }";
    assert!(config.contains("trusted_proxies = []"));
    fs::write(installed.config(), config.replace("trusted_proxies = []", tls)).unwrap();
    let serving = installed.serve();
    let well = Some("HTTP/1.1 200 OK".to_owned());
    assert_eq!(asked(&serving, &first, &installed.key).await, well);
    // The command line's clients know it by its authority.
    let url = format!("https://{}", serving.authority);
    let pem = home.join("first.pem");
    let environment = [("POSTERN_URL", url.as_str()), ("POSTERN_APPLICATION_KEY", installed.key.as_str())];
    let issue = ["issue", "nobody", "--authority", pem.to_str().unwrap()];
    let issued = postern_testkit::installed::output(Path::new(POSTERN), &issue, "", &environment);
    let told = String::from_utf8_lossy(&issued.stderr).into_owned();
    assert!(!told.contains("no service answers") && !issued.status.success(), "{told}");

    fs::write(home.join("server.pem"), "no certificate").unwrap();
    serving.renew();
    while !refused(&serving).await {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(asked(&serving, &first, &installed.key).await, well);
    put(&home, &second);
    serving.renew();
    while asked(&serving, &second, &installed.key).await.is_none() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(asked(&serving, &second, &installed.key).await, well);
    assert_eq!(asked(&serving, &first, &installed.key).await, None);
    assert_eq!(serving.stop(), Some(0));
}

#[test]
fn a_key_that_everybody_may_read_is_not_served_with() {
    let installed = Installed::new(POSTERN);
    put(&installed.home(), &authority());
    fs::set_permissions(installed.home().join("server.key"), Permissions::from_mode(0o644)).unwrap();
    let config = fs::read_to_string(installed.config()).unwrap();
    let tls = "trusted_proxies = []\ntls = { certificate = \"server.pem\", key = \"server.key\" }";
    fs::write(installed.config(), config.replace("trusted_proxies = []", tls)).unwrap();
    let refused = installed.command(&["serve"], "");
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("chmod 0600"));
}
