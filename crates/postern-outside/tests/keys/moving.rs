//! Keys moved from a key file into every other place: the same codes work there, and a try that was cut off goes on.

use std::path::{Path, PathBuf};

use postern_core::ids::{ApplicationId, TenantId};
use postern_core::ports::{Keys, SigningKey};
use postern_outside::Place;
use postern_outside::entropy::SystemEntropy;
use postern_outside::key_file::{KeyFile, MoveFault, Moving};
use postern_outside::token_keys::{TokenFault, TokenKeys};
use postern_outside::transit_keys::{TransitFault, TransitKeys};
use tempfile::TempDir;

use crate::openbao::Bao;
use crate::plain::Plain;
use crate::softhsm::SoftHsm;
use crate::support::{Ground, TENANT, asked, passphrase};

const PIN: &str = "271828";

/// A key file whose pepper has the versions 3 and 2: the first is gone.
fn rotated() -> Plain {
    let plain = Plain::new();
    let keys = plain.open();
    let custody = keys.custody().unwrap();
    assert_eq!(custody.add_pepper(&SystemEntropy).unwrap(), 2);
    custody.remove_pepper(1).unwrap();
    assert_eq!(custody.add_pepper(&SystemEntropy).unwrap(), 3);
    plain
}

fn moving(plain: &Plain) -> Moving {
    Moving::from_file(&Place::File(plain.path()), None, &SystemEntropy).unwrap()
}

/// Both compute the same, with every key.
fn same(old: &impl Keys, new: &impl Keys) {
    assert!(asked(old) == asked(new), "the pepper is another one");
    assert_eq!(old.public(), new.public());
    for key in [SigningKey::Log, SigningKey::Receipts] {
        // Ed25519 gives one signature for one message.
        assert_eq!(old.sign(key, b"message").unwrap(), new.sign(key, b"message").unwrap());
    }
    let local = |keys: &dyn Keys| {
        let local = keys.local();
        let application = ApplicationId::new([4; 16]);
        (
            local.nobody(TENANT, "a"),
            local.application_key(application, 1, b"x"),
            local.check(),
            local.security(),
        )
    };
    assert_eq!(local(old), local(new));
    assert_ne!(old.local().check(), KeyFile::generate(&SystemEntropy).unwrap().local().check());
    assert_ne!(old.local().nobody(TENANT, "a"), new.local().nobody(TenantId::new([9; 16]), "a"));
}

#[test]
fn into_a_sealed_file_and_back() {
    let (plain, folder) = (rotated(), TempDir::new().unwrap());
    let (sealed, back) = (folder.path().join("sealed"), folder.path().join("back"));
    let word = passphrase(folder.path(), "correct horse battery");
    moving(&plain).into_file(&sealed, Some(&word), &SystemEntropy).unwrap();
    let opened = KeyFile::open_with(&Place::File(sealed.clone()), Some(&word)).unwrap();
    same(&plain.open(), &opened);
    Moving::from_file(&Place::File(sealed.clone()), Some(&word), &SystemEntropy)
        .unwrap()
        .into_file(&back, None, &SystemEntropy)
        .unwrap();
    same(&plain.open(), &KeyFile::open(&back).unwrap());
    assert_eq!(std::fs::read(&back).unwrap(), std::fs::read(plain.path()).unwrap());
    // Once more is no fault; another installation's file there is one, and stays as it is.
    moving(&plain).into_file(&sealed, Some(&word), &SystemEntropy).unwrap();
    let before = std::fs::read(&sealed).unwrap();
    let other = moving(&Plain::new()).into_file(&sealed, Some(&word), &SystemEntropy).err().unwrap();
    assert!(matches!(other, MoveFault::Differs(_)), "{other}");
    assert_eq!(std::fs::read(&sealed).unwrap(), before);
    assert!(!with_suffix(&sealed, ".new").exists());
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[test]
fn what_was_left_beside_the_place_by_a_crash_is_no_key_file() {
    let (plain, folder) = (Plain::new(), TempDir::new().unwrap());
    let to = folder.path().join("keys");
    std::fs::write(with_suffix(&to, ".new"), "postern-key-file v1\nhalf a").unwrap();
    moving(&plain).into_file(&to, None, &SystemEntropy).unwrap();
    same(&plain.open(), &KeyFile::open(&to).unwrap());
}

#[test]
fn into_a_token_also_after_a_try_that_was_cut_off() {
    SoftHsm::alone("moving::into_a_token_also_after_a_try_that_was_cut_off", |ground| {
        ground.init("moved");
        let token = || ground.labelled("moved", PIN);
        let (plain, to) = (rotated(), ground.file().with_file_name("moved"));
        TokenKeys::bring(&moving(&plain), &token(), &to, &SystemEntropy).unwrap();
        let opened = TokenKeys::open(token(), &Place::File(to.clone())).unwrap();
        same(&plain.open(), &opened);
        for label in ["postern-pepper-2", "postern-pepper-3", "postern-log", "postern-receipts"] {
            let shown = ground.shows_of("moved", label);
            assert!(!shown.iter().any(|shown| matches!(shown, cryptoki::object::Attribute::Value(_))));
            assert!(
                shown.contains(&cryptoki::object::Attribute::Extractable(false)),
                "{label} could be taken out"
            );
        }
        // Cut off: the file was not written, and some objects were not made.
        std::fs::remove_file(&to).unwrap();
        ground.destroy("moved", "postern-pepper-3");
        ground.destroy("moved", "postern-log");
        drop(opened);
        TokenKeys::bring(&moving(&plain), &token(), &to, &SystemEntropy).unwrap();
        let opened = TokenKeys::open(token(), &Place::File(to.clone())).unwrap();
        same(&plain.open(), &opened);
        // The numbers go on, and another installation's keys are not brought to these.
        let custody = opened.custody().unwrap();
        custody.remove_pepper(2).unwrap();
        assert_eq!(custody.add_pepper(&SystemEntropy).unwrap(), 4);
        let other = to.with_file_name("other");
        let refused = TokenKeys::bring(&moving(&Plain::new()), &token(), &other, &SystemEntropy);
        let refused = refused.err().unwrap();
        assert!(matches!(refused, MoveFault::Token(TokenFault::NotEmpty(_))), "{refused}");
        assert!(!other.exists());
        // What is in a token is never given away.
        let stays = Moving::from_file(&Place::File(to), None, &SystemEntropy).err().unwrap();
        assert!(stays.to_string().contains("token"), "{stays}");
    });
}

#[test]
fn into_an_engine_also_after_a_try_that_was_cut_off() {
    let ground = Bao::new();
    ground.server.run(&["secrets", "enable", "-path=moved", "transit"], "");
    let transit = || ground.mounted("moved");
    let (plain, to) = (rotated(), ground.file().with_file_name("moved"));
    TransitKeys::bring(&moving(&plain), &transit(), &to, &SystemEntropy).unwrap();
    let opened = TransitKeys::open(transit(), &Place::File(to.clone())).unwrap();
    same(&plain.open(), &opened);
    // Cut off before the file was written and before a key was made.
    std::fs::remove_file(&to).unwrap();
    ground.server.run(&["write", "moved/keys/postern-log/config", "deletion_allowed=true"], "");
    ground.server.run(&["delete", "moved/keys/postern-log"], "");
    TransitKeys::bring(&moving(&plain), &transit(), &to, &SystemEntropy).unwrap();
    let opened = TransitKeys::open(transit(), &Place::File(to.clone())).unwrap();
    same(&plain.open(), &opened);
    let exported =
        std::panic::catch_unwind(|| ground.server.run(&["read", "moved/export/hmac-key/postern-pepper"], ""));
    assert!(exported.is_err(), "a key that was brought was shown");
    // The numbers go on, and another installation's keys are not brought to these.
    let custody = opened.custody().unwrap();
    custody.remove_pepper(2).unwrap();
    assert_eq!(custody.add_pepper(&SystemEntropy).unwrap(), 4);
    let other = to.with_file_name("other");
    let refused = TransitKeys::bring(&moving(&Plain::new()), &transit(), &other, &SystemEntropy);
    let refused = refused.err().unwrap();
    assert!(matches!(refused, MoveFault::Transit(TransitFault::NotEmpty(_))), "{refused}");
    assert!(!other.exists());
}

#[test]
fn a_file_without_the_key_security_gets_one_when_it_is_moved() {
    let (plain, folder) = (Plain::new(), TempDir::new().unwrap());
    plain.forget("security");
    assert_eq!(plain.open().local().security(), None, "a file of an earlier release");
    let to = folder.path().join("keys");
    moving(&plain).into_file(&to, None, &SystemEntropy).unwrap();
    let moved = KeyFile::open(&to).unwrap();
    assert_eq!(moved.local().security().map(|known| known.version), Some(2));
    assert_eq!(moved.local().check(), plain.open().local().check());
    // A try that comes after keeps the one that was made.
    moving(&plain).into_file(&to, None, &SystemEntropy).unwrap();
    assert_eq!(KeyFile::open(&to).unwrap().local().security(), moved.local().security());
}
