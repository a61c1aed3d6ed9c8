//! A real engine over HTTPS: it is believed by the named authority's certificate, and by no other.

use std::path::{Path, PathBuf};

use postern_cluster::{Certificate, OpenBao};
use postern_core::ports::Keys as _;
use postern_outside::Place;
use postern_outside::entropy::SystemEntropy;
use postern_outside::transit_keys::{Transit, TransitFault, TransitKeys};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use crate::support::{EPOCH, SUBJECT, TENANT, asked, secret};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate of this authority for this machine, or for another name.
fn certificate(authority: &Authority, name: &str) -> Certificate {
    let key = KeyPair::generate().unwrap();
    let made = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, authority).unwrap();
    Certificate { certificate: made.pem(), key: key.serialize_pem(), authority: authority.pem() }
}

fn pem(folder: &Path, name: &str, text: &str) -> Option<PathBuf> {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    Some(path)
}

#[test]
fn the_server_is_believed_by_its_own_authority_and_by_no_other() {
    let (right, wrong, folder) = (authority(), authority(), tempfile::tempdir().unwrap());
    let server = OpenBao::start_encrypted(&certificate(&right, "127.0.0.1"));
    assert!(server.url().starts_with("https://127.0.0.1:"));
    let file = folder.path().join("keys");
    let transit = |url: &str, authority: Option<PathBuf>| {
        Transit::new(url, secret(folder.path(), "token", server.root()), authority)
    };
    let right = pem(folder.path(), "right.pem", &right.pem());
    let made = TransitKeys::create(transit(&server.url(), right.clone()).unwrap(), &file, &SystemEntropy);
    let keys = made.map_err(|fault| fault.to_string()).unwrap();
    let before = asked(&keys);

    // Whoever cannot show that it is the engine gets no token and no key.
    let open = |url: &str, authority| {
        TransitKeys::open(transit(url, authority).unwrap(), &Place::File(file.clone()))
    };
    let other = pem(folder.path(), "wrong.pem", &wrong.pem());
    let refused = open(&server.url(), other).err().expect("it was believed by another authority");
    assert!(matches!(refused, TransitFault::Away(_)), "{refused}");
    assert!(!refused.to_string().contains(server.root()));
    // Nor one whose certificate is for another name, though the authority is right.
    let elsewhere = server.url().replace("127.0.0.1", "localhost");
    let refused = open(&elsewhere, right.clone()).err().expect("a certificate for another name was believed");
    assert!(matches!(refused, TransitFault::Away(_)), "{refused}");
    // Nobody is believed without an authority's name, and a file that has none is not taken for one.
    let none = transit(&server.url(), None).err().unwrap();
    assert!(matches!(none, TransitFault::NoAuthority { .. }), "{none}");
    let empty = transit(&server.url(), pem(folder.path(), "empty.pem", "no certificate\n")).err().unwrap();
    assert!(matches!(empty, TransitFault::NoAuthority { .. }), "{empty}");

    assert!(before == asked(&open(&server.url(), right).unwrap()));
    assert!(keys.subject_keys(TENANT, SUBJECT, EPOCH).is_ok());
}
