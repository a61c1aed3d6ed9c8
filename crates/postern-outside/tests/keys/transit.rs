//! What only a transit engine has: its MAC is ours, it stops and comes back, its token may little, its keys stay.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use postern_cluster::{ROTATION_POLICY, SERVICE_POLICY};
use postern_core::ports::{Custody as _, Keys as _, KeysUnavailable, SigningKey};
use postern_core::verifier::subject_key;
use postern_outside::Place;
use postern_outside::entropy::SystemEntropy;
use postern_outside::key_file::{KeyFile, Kind};
use postern_outside::transit_keys::{Transit, TransitFault, TransitKeys};

use crate::openbao::Bao;
use crate::plain::Plain;
use crate::support::{EPOCH, Ground as _, NeverShown, SUBJECT, TENANT, asked, secret};

#[test]
fn its_mac_is_the_ports_mac_under_a_pepper_that_we_know() {
    let ground = Bao::new();
    // A key of the same type that may be shown, which ours may not.
    let made = ["write", "-f", "transit/keys/known", "type=hmac", "key_size=32", "exportable=true"];
    ground.server.run(&made, "");
    let shown =
        ground.server.run(&["read", "-field=keys", "-format=json", "transit/export/hmac-key/known/1"], "");
    let symbols = shown.split('"').find(|part| part.len() == 44).unwrap();
    let pepper: [u8; 32] = STANDARD.decode(symbols).unwrap().try_into().unwrap();
    let message = postern_core::verifier::subject_frame(&TENANT.to_string(), &SUBJECT.to_string(), EPOCH);
    let input = format!("input={}", STANDARD.encode(message));
    let mac = ground.server.run(&["write", "-field=hmac", "transit/hmac/known/sha2-256", &input], "");
    let mac = STANDARD.decode(mac.trim().strip_prefix("vault:v1:").unwrap()).unwrap();
    let expected = subject_key(&pepper, &TENANT.to_string(), &SUBJECT.to_string(), EPOCH);
    assert!(mac == *expected, "the engine's HMAC is not HMAC-SHA-256(pepper, frame)");
}

#[test]
fn an_engine_that_is_stopped_is_unavailable_and_is_found_again() {
    let mut ground = Bao::new();
    let keys = ground.open();
    let (before, public) = (asked(&keys), keys.public());
    ground.server.stop();
    for _ in 0..3 {
        assert!(matches!(keys.subject_keys(TENANT, SUBJECT, EPOCH), Err(KeysUnavailable(_))));
        assert!(matches!(keys.sign(SigningKey::Log, b"message"), Err(KeysUnavailable(_))));
    }
    assert!(matches!(ground.try_open().err(), Some(TransitFault::Away(_))));
    ground.server.start_again();
    assert!(before == asked(&keys), "other keys came back");
    assert_eq!(keys.public(), public);
}

#[test]
fn another_engine_with_keys_of_the_same_names_is_not_asked() {
    let mut ground = Bao::new();
    let keys = ground.open();
    let _ = asked(&keys);
    ground.server.run(&["secrets", "move", "transit", "before"], "");
    ground.server.run(&["secrets", "enable", "transit"], "");
    let other = ground.file().with_file_name("other");
    TransitKeys::create(ground.transit(ground.server.root()), &other, &SystemEntropy).map(drop).unwrap();
    // Its connection is gone with the old one, as it is when a server is exchanged.
    ground.server.stop();
    ground.server.start_again();
    let said = keys.subject_keys(TENANT, SUBJECT, EPOCH).err().expect("refused").0;
    assert!(said.contains("other keys"), "{said}");
    let foreign = ground.try_open().err().unwrap();
    assert!(matches!(foreign, TransitFault::Refused { .. }), "{foreign}");
}

#[test]
fn its_token_may_be_renewed_and_does_no_more_than_it_may() {
    let ground = Bao::new();
    let keys = ground.open();
    ground.service_token(&["path \"transit/keys/none\" { capabilities = [\"read\"] }"]);
    let said = keys.subject_keys(TENANT, SUBJECT, EPOCH).err().expect("refused").0;
    assert!(said.contains("policy"), "{said}");
    // What rotates needs more than what serves.
    ground.service_token(&[postern_cluster::SERVICE_POLICY]);
    let _ = asked(&keys);
    let said = keys.add_pepper(&SystemEntropy).expect_err("refused").0;
    assert!(said.contains("policy"), "{said}");
    assert_eq!(asked(&keys).len(), 1);
}

#[test]
fn a_version_that_was_closed_and_not_deleted_is_deleted_by_the_next_try() {
    let ground = Bao::new();
    let keys = ground.open();
    assert_eq!(keys.add_pepper(&SystemEntropy).unwrap(), 2);
    let no_trim: String = ROTATION_POLICY.lines().filter(|line| !line.contains("/trim")).collect();
    ground.service_token(&[SERVICE_POLICY, &no_trim]);
    let said = keys.remove_pepper(1).expect_err("it may not delete").0;
    assert!(said.contains("policy"), "{said}");
    let available = || {
        let read = ["read", "-field=min_available_version", "transit/keys/postern-pepper"];
        ground.server.run(&read, "").trim().to_owned()
    };
    assert_eq!(available(), "0");
    assert!(keys.remove_pepper(1).is_err(), "a version that is there still was called gone");
    ground.service_token(&[SERVICE_POLICY, ROTATION_POLICY]);
    keys.remove_pepper(1).unwrap();
    assert_eq!(available(), "2");
    keys.remove_pepper(1).unwrap();
    assert!(keys.remove_pepper(2).is_err());
    assert_eq!(keys.add_pepper(&SystemEntropy).unwrap(), 3);
    keys.remove_pepper(1).unwrap();
    assert_eq!(asked(&keys).len(), 2, "a live version was taken away with one that was gone");
}

#[test]
fn its_keys_never_leave_it() {
    let ground = Bao::new();
    for (key, kind) in
        [("pepper", "hmac"), ("log", "signing"), ("receipts", "signing"), ("wrap", "encryption")]
    {
        let path = format!("transit/export/{kind}-key/postern-{key}");
        let shown = std::panic::catch_unwind(|| ground.server.run(&["read", &path], ""));
        assert!(shown.is_err(), "{key} was shown");
        let named = ground.server.run(&["read", &format!("transit/keys/postern-{key}")], "");
        assert!(!named.is_empty(), "it is there");
    }
    // One that may leave is not taken for one of ours.
    ground.server.run(&["write", "transit/keys/postern-log/config", "exportable=true"], "");
    ground.server.run(&["read", "transit/export/signing-key/postern-log"], "");
    let loose = ground.try_open().err().unwrap();
    assert!(matches!(loose, TransitFault::OtherType("postern-log")), "{loose}");
}

#[test]
fn an_engine_has_one_installation_and_a_file_is_never_overwritten() {
    let ground = Bao::new();
    let other = ground.file().with_file_name("other");
    let again =
        TransitKeys::create(ground.transit(ground.server.root()), &other, &SystemEntropy).err().unwrap();
    assert!(matches!(again, TransitFault::NotEmpty(_)), "{again}");
    assert!(!other.exists());
    ground.server.run(&["secrets", "enable", "-path=second", "transit"], "");
    let folder = tempfile::tempdir().unwrap();
    let second = || {
        let url = ground.server.url().replace("transit", "second");
        Transit::new(&url, secret(folder.path(), "token", ground.server.root()), None).unwrap()
    };
    let exists = TransitKeys::create(second(), &ground.file(), &SystemEntropy).err().unwrap();
    assert!(matches!(exists, TransitFault::File(_)), "{exists}");
    // What was made in the engine is gone again, or this would be refused.
    TransitKeys::create(second(), &other, &SystemEntropy).map(drop).unwrap();
    let foreign = TransitKeys::open(second(), &Place::File(ground.file())).err().unwrap();
    assert!(matches!(foreign, TransitFault::Refused { .. }), "{foreign}");
}

#[test]
fn an_engines_key_file_is_told_apart_from_the_others() {
    let ground = Bao::new();
    let of_engine = Place::File(ground.file());
    assert_eq!(KeyFile::kind(&of_engine).unwrap(), Kind::Transit);
    let said = KeyFile::open_with(&of_engine, None).err().unwrap().to_string();
    assert!(said.contains("keys.transit"), "{said}");
    let plain = Plain::new();
    let root = ground.transit(ground.server.root());
    let said = TransitKeys::open(root, &Place::File(plain.path())).err().unwrap().to_string();
    assert!(said.contains("keys.transit"), "{said}");
}

#[test]
fn what_holds_a_token_is_never_shown() {
    <Transit as NeverShown<_>>::is_never_shown();
    <TransitKeys as NeverShown<_>>::is_never_shown();
}
