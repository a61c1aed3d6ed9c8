//! What only a token has: it is taken away and comes back, it refuses a PIN, and its keys stay in it.

use cryptoki::object::Attribute;
use postern_core::ports::{Keys as _, KeysUnavailable, SigningKey};
use postern_outside::Place;
use postern_outside::entropy::SystemEntropy;
use postern_outside::key_file::{KeyFile, Kind};
use postern_outside::token_keys::{Token, TokenFault, TokenKeys};

use crate::plain::Plain;
use crate::softhsm::SoftHsm;
use crate::support::{EPOCH, Ground as _, NeverShown, SUBJECT, TENANT, asked};

#[test]
fn a_token_that_is_away_is_unavailable_and_is_found_again() {
    SoftHsm::alone("token::a_token_that_is_away_is_unavailable_and_is_found_again", |ground| {
        let keys = ground.open();
        let (before, public) = (asked(&keys), keys.public());
        ground.away();
        for _ in 0..3 {
            assert!(matches!(keys.subject_keys(TENANT, SUBJECT, EPOCH), Err(KeysUnavailable(_))));
            assert!(matches!(keys.sign(SigningKey::Log, b"message"), Err(KeysUnavailable(_))));
        }
        assert!(ground.try_open().is_err());
        ground.back();
        // Whoever asks first may be told once more; nobody has to do anything.
        let _ = keys.subject_keys(TENANT, SUBJECT, EPOCH);
        assert!(before == asked(&keys), "other keys came back");
        assert_eq!(keys.public(), public);
    });
}

#[test]
fn a_wrong_pin_is_tried_once() {
    SoftHsm::alone("token::a_wrong_pin_is_tried_once", |ground| {
        let wrong = TokenKeys::open(ground.token("000000"), &Place::File(ground.file())).err().unwrap();
        assert!(matches!(wrong, TokenFault::WrongPin), "{wrong}");
        assert!(!format!("{wrong} {wrong:?}").contains("000000"));
        assert!(ground.try_open().is_ok());
    });
}

#[test]
fn its_keys_never_leave_it() {
    SoftHsm::alone("token::its_keys_never_leave_it", |ground| {
        for label in ["postern-pepper-1", "postern-log", "postern-receipts", "postern-wrap"] {
            let shown = ground.shows(label);
            assert!(!shown.iter().any(|shown| matches!(shown, Attribute::Value(_))), "{label} was shown");
            assert!(shown.contains(&Attribute::Extractable(false)), "{label} could be taken out");
            assert!(shown.contains(&Attribute::Sensitive(true)), "{label} could be shown");
        }
    });
}

#[test]
fn a_token_has_one_installation_and_a_file_is_never_overwritten() {
    SoftHsm::alone("token::a_token_has_one_installation_and_a_file_is_never_overwritten", |ground| {
        let other = ground.file().with_file_name("other");
        let again = TokenKeys::create(ground.token("271828"), &other, &SystemEntropy).err().unwrap();
        assert!(matches!(again, TokenFault::NotEmpty(_)), "{again}");
        assert!(!other.exists());
        ground.init("second");
        let second = || ground.labelled("second", "271828");
        let exists = TokenKeys::create(second(), &ground.file(), &SystemEntropy).err().unwrap();
        assert!(matches!(exists, TokenFault::File(_)), "{exists}");
        // What was made in the token is gone again, or this would be refused.
        TokenKeys::create(second(), &other, &SystemEntropy).map(drop).unwrap();
        let foreign = TokenKeys::open(second(), &Place::File(ground.file())).err().unwrap();
        assert!(matches!(foreign, TokenFault::Failed(_)), "{foreign}");
        let nobody = TokenKeys::open(ground.labelled("third", "271828"), &Place::File(other)).err().unwrap();
        assert!(matches!(nobody, TokenFault::Away(_)), "{nobody}");
    });
}

#[test]
fn a_key_file_and_a_tokens_key_file_are_told_apart() {
    SoftHsm::alone("token::a_key_file_and_a_tokens_key_file_are_told_apart", |ground| {
        let of_token = Place::File(ground.file());
        assert_eq!(KeyFile::kind(&of_token).unwrap(), Kind::Token);
        let said = KeyFile::open_with(&of_token, None).err().unwrap().to_string();
        assert!(said.contains("keys.pkcs11"), "{said}");
        let plain = Plain::new();
        let said = TokenKeys::open(ground.token("271828"), &Place::File(plain.path())).err().unwrap();
        assert!(said.to_string().contains("keys.pkcs11"), "{said}");
    });
}

#[test]
fn what_holds_a_pin_is_never_shown() {
    <Token as NeverShown<_>>::is_never_shown();
    <TokenKeys as NeverShown<_>>::is_never_shown();
}
