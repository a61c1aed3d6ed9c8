//! TLS on the listener: who is shown what, who gets in, and that certificates change under open connections.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use postern_app::operator::NewApplication;
use postern_core::application::{Bound, Scope};
use postern_core::tenant::Tier;
use postern_tls::{Connecting, Listening, Material};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::client::Reply;
use super::world::{Running, World};
use crate::Limits;

/// A made-up authority.
pub(super) struct Authority(pub(super) CertifiedIssuer<'static, KeyPair>);

/// A certificate with its key, both in PEM.
pub(super) struct Issued {
    pub(super) certificate: String,
    key: String,
    /// SHA-256 of its public key.
    fingerprint: String,
}

impl Authority {
    pub(super) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(super) fn issue(&self, name: &str) -> Issued {
        let key = KeyPair::generate().unwrap();
        let certificate = Self::params(name).signed_by(&key, &self.0).unwrap();
        let public = rcgen::PublicKeyData::subject_public_key_info(&key);
        let digest = <sha2::Sha256 as sha2::Digest>::digest(public);
        let fingerprint = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Issued { certificate: certificate.pem(), key: key.serialize_pem(), fingerprint }
    }

    /// Of a certificate for this name; its serial number is the name's bytes.
    fn params(name: &str) -> CertificateParams {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.serial_number = Some(name.as_bytes().to_vec().into());
        params
    }

    pub(super) fn pem(&self) -> String {
        self.0.pem()
    }

    pub(super) fn trusting(&self) -> Connecting {
        Connecting::new(self.pem().as_bytes()).unwrap()
    }
}

impl Issued {
    pub(super) fn material<'a>(&'a self, clients: Option<&'a str>) -> Material<'a> {
        Material {
            certificate: self.certificate.as_bytes(),
            key: self.key.as_bytes(),
            client_authority: clients.map(str::as_bytes),
            client_revocations: None,
            require_client_certificate: false,
        }
    }

    pub(super) fn shown_to(&self, authority: &Authority) -> Connecting {
        let (certificate, key) = (self.certificate.as_bytes(), self.key.as_bytes());
        Connecting::showing(authority.pem().as_bytes(), certificate, key).unwrap()
    }
}

pub(super) async fn serve(world: &World, limits: Limits, tls: &Arc<Listening>) -> Running {
    world.serve_with(limits, |server| server.with_tls(Some(Arc::clone(tls)))).await
}

/// Asks in a connection that goes on.
async fn ask(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), key: &str) -> std::io::Result<Reply> {
    let text = format!("GET /v1/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\r\n");
    stream.write_all(text.as_bytes()).await?;
    stream.flush().await?;
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let reply = Reply::read(&format!("{head}\r\n\r\n"));
            let length = reply.header("content-length").map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                return Ok(Reply::read(&text));
            }
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// The status of one request in a connection of its own; none if there is no connection.
pub(super) async fn status(address: SocketAddr, with: &Connecting, key: &str) -> Option<u16> {
    let stream = TcpStream::connect(address).await.unwrap();
    let mut stream = with.connect("localhost", stream).await.ok()?;
    ask(&mut stream, key).await.ok().map(|reply| reply.status)
}

#[tokio::test]
async fn what_is_encrypted_says_so_and_what_is_not_gets_no_answer() {
    let (world, authority) = (World::new().await, Authority::new());
    let shown = authority.issue("localhost");
    let tls = Arc::new(Listening::new(&shown.material(None)).unwrap());
    let server = serve(&world, Limits::SHIPPED, &tls).await;
    let stream = TcpStream::connect(server.address).await.unwrap();
    let mut stream = authority.trusting().connect("localhost", stream).await.unwrap();
    let reply = ask(&mut stream, &world.key).await.unwrap();
    assert_eq!((reply.status, reply.header("strict-transport-security")), (200, Some("max-age=31536000")));
    assert_eq!(stream.get_ref().1.alpn_protocol(), None);
    assert_eq!(format!("{:?}", stream.get_ref().1.protocol_version().unwrap()), "TLSv1_3");
    let plain = super::client::exchange(server.address, "GET /v1/ HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert_eq!(plain.status, 0, "{plain:?}");
    assert_eq!(status(server.address, &Authority::new().trusting(), &world.key).await, None);
    let in_the_clear = world.serve().await;
    assert_eq!(in_the_clear.client.get("/v1/").await.header("strict-transport-security"), None);
    in_the_clear.stop().await;
    server.stop().await;
}

#[tokio::test]
async fn a_new_certificate_is_shown_to_new_connections_and_a_broken_one_to_none() {
    let (world, before, after) = (World::new().await, Authority::new(), Authority::new());
    let tls = Arc::new(Listening::new(&before.issue("localhost").material(None)).unwrap());
    let server = serve(&world, Limits::SHIPPED, &tls).await;
    let stream = TcpStream::connect(server.address).await.unwrap();
    let mut open = before.trusting().connect("localhost", stream).await.unwrap();
    assert_eq!(ask(&mut open, &world.key).await.unwrap().status, 200);
    let next = after.issue("localhost");
    let mixed = Issued { key: before.issue("localhost").key, ..after.issue("localhost") };
    let broken = Issued { certificate: "-----BEGIN".to_owned(), ..after.issue("localhost") };
    assert!(tls.replace(&mixed.material(None)).is_err() && tls.replace(&broken.material(None)).is_err());
    assert_eq!(status(server.address, &before.trusting(), &world.key).await, Some(200));
    tls.replace(&next.material(None)).unwrap();
    assert_eq!(ask(&mut open, &world.key).await.unwrap().status, 200);
    assert_eq!(status(server.address, &after.trusting(), &world.key).await, Some(200));
    assert_eq!(status(server.address, &before.trusting(), &world.key).await, None);
    server.stop().await;
}

#[tokio::test]
async fn a_key_that_is_bound_to_a_certificate_works_with_it_alone() {
    let (world, authority, clients) = (World::new().await, Authority::new(), Authority::new());
    let (shown, pem) = (authority.issue("localhost"), clients.pem());
    let (own, others) = (clients.issue("login.example"), clients.issue("other.example"));
    let tls = Arc::new(Listening::new(&shown.material(Some(&pem))).unwrap());
    let server = serve(&world, Limits::SHIPPED, &tls).await;
    let new = NewApplication {
        name: "Bound".to_owned(),
        scopes: vec![Scope::Redeem],
        tiers: vec![Tier::Standard],
        enforces: Vec::new(),
        caps: None,
        trusted_backend: false,
        bound: Bound { addresses: Vec::new(), certificates: vec![own.fingerprint.clone()] },
    };
    let key = world.make(world.tenant, new).await;
    let at = server.address;
    assert_eq!(status(at, &own.shown_to(&authority), &key).await, Some(200));
    assert_eq!(status(at, &others.shown_to(&authority), &key).await, Some(401));
    assert_eq!(status(at, &authority.trusting(), &key).await, Some(401));
    // Of another authority: there is no connection, whatever the key.
    let stranger = Authority::new().issue("login.example");
    assert_eq!(status(at, &stranger.shown_to(&authority), &world.key).await, None);
    // A key that is bound to none works with any, and without.
    assert_eq!(status(at, &others.shown_to(&authority), &world.key).await, Some(200));
    assert_eq!(status(at, &authority.trusting(), &world.key).await, Some(200));
    let strict = Material { require_client_certificate: true, ..shown.material(Some(&pem)) };
    tls.replace(&strict).unwrap();
    assert_eq!(status(at, &authority.trusting(), &world.key).await, None);
    assert_eq!(status(at, &own.shown_to(&authority), &key).await, Some(200));
    server.stop().await;
}

#[tokio::test]
async fn a_handshake_that_does_not_come_ends_and_holds_nobody_up_for_long() {
    let (world, authority) = (World::new().await, Authority::new());
    let tls = Arc::new(Listening::new(&authority.issue("localhost").material(None)).unwrap());
    let limits = Limits {
        handshakes: 1,
        handshake_time: Duration::from_millis(400),
        connections: 8,
        ..Limits::SHIPPED
    };
    let server = serve(&world, limits, &tls).await;
    let mut silent = TcpStream::connect(server.address).await.unwrap();
    let mut rest = Vec::new();
    let ended = timeout(Duration::from_secs(5), silent.read_to_end(&mut rest)).await;
    assert!(ended.is_ok() && rest.is_empty());
    assert_eq!(status(server.address, &authority.trusting(), &world.key).await, Some(200));
    let _silent = TcpStream::connect(server.address).await.unwrap();
    // A stop does not wait for it.
    assert!(timeout(Duration::from_secs(5), server.stop()).await.is_ok());
}
