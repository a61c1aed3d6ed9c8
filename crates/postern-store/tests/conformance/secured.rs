//! TLS to the database: verified by authority and by name, or no connection.

use std::fs::{self, Permissions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use postern_cluster::Cluster;
use postern_store::postgres::{Target, migrate, shape};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;

use crate::support::run;

/// An address of this machine that no other test's server has.
fn address() -> String {
    let [_, high, middle, low] = std::process::id().to_be_bytes();
    format!("127.{}.{middle}.{low}", 128 | high)
}

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority")
}

/// Files of a server that is `database.test`, and takes nobody without TLS over a network.
fn files(authority: &CertifiedIssuer<'static, KeyPair>) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["database.test".to_owned()]).expect("parameters");
    let certificate = params.signed_by(&key, authority).expect("a certificate");
    let write = |name: &str, text: String| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a file");
        fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("its mode");
    };
    write("server.pem", certificate.pem());
    write("server.key", key.serialize_pem());
    write("hba", "local all all trust\nhostssl all all 127.0.0.0/8 trust\n".to_owned());
    // The server does not run as root; elsewhere it is this user's already.
    let _ = Command::new("chown").args(["-R", "postgres:"]).arg(folder.path()).output();
    folder
}

#[test]
fn a_server_is_known_by_its_authority_and_its_name_or_not_spoken_to() {
    let (known, stranger, at) = (authority(), authority(), address());
    let files = files(&known);
    let path = |name: &str| files.path().join(name).to_str().expect("a path").to_owned();
    let cluster = Cluster::start(&[
        ("listen_addresses", &at),
        ("ssl", "on"),
        ("ssl_cert_file", &path("server.pem")),
        ("ssl_key_file", &path("server.key")),
        ("hba_file", &path("hba")),
    ]);
    let database = cluster.database();
    let target = |host: &str, more: &str, authority: Option<&CertifiedIssuer<'static, KeyPair>>| Target {
        url: format!("host={host} hostaddr={at} port=5432 user=postgres dbname={} {more}", database.name()),
        authority: authority.map(|authority| authority.pem().into_bytes()),
    };
    run(async {
        assert!(!migrate(&target("database.test", "", Some(&known))).await.expect("it is known").is_empty());
        // What the string says of TLS does not weaken it.
        assert!(shape(&target("database.test", "sslmode=disable", Some(&known))).await.is_ok());
        for (what, refused) in [
            ("another authority", target("database.test", "", Some(&stranger))),
            ("another name", target("other.test", "", Some(&known))),
            ("its address for a name", target(&at, "", Some(&known))),
            ("no TLS", target("database.test", "sslmode=disable", None)),
        ] {
            assert!(shape(&refused).await.is_err(), "{what}");
        }
    });
}

#[test]
fn a_server_that_says_that_it_has_no_tls_is_told_nothing() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut asked = [0; 8];
        stream.read_exact(&mut asked).expect("it asks for TLS");
        stream.write_all(b"N").expect("no");
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
        (asked, rest)
    });
    let target = Target {
        url: format!("host=127.0.0.1 port={port} user=postgres dbname=x"),
        authority: Some(authority().pem().into_bytes()),
    };
    run(async { assert!(shape(&target).await.is_err()) });
    let (asked, rest) = server.join().expect("it ends");
    // SSLRequest, as the protocol has it, and then not even a user's name.
    assert_eq!((asked, rest), ([0, 0, 0, 8, 4, 210, 22, 47], Vec::new()));
}
