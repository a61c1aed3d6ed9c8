//! A token of Debian's softhsm2, in a folder and a process of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cryptoki::context::Pkcs11;
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;
use postern_outside::Place;
use postern_outside::entropy::SystemEntropy;
use postern_outside::token_keys::{Token, TokenFault, TokenKeys};

use crate::support::{Ground, secret};

/// Where Debian puts the module.
pub(crate) const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const LABEL: &str = "postern";
const PIN: &str = "271828";
/// Set in the process that has the folder to itself.
const FOLDER: &str = "POSTERN_SOFTHSM_FOLDER";

/// A token with the keys of an installation, and the key file beside it.
pub(crate) struct SoftHsm(PathBuf);

impl SoftHsm {
    /// Runs a case. The module reads where its tokens are from the environment, once a process: so the test calls
    /// itself, by its name, with that set.
    pub(crate) fn alone(test: &str, case: impl FnOnce(&Self)) {
        if let Some(folder) = std::env::var_os(FOLDER) {
            let ground = Self(folder.into());
            ground.init(LABEL);
            TokenKeys::create(ground.token(PIN), &ground.file(), &SystemEntropy).map(drop).unwrap();
            return case(&ground);
        }
        let folder = tempfile::tempdir().unwrap();
        let tokens = folder.path().join("tokens");
        fs::create_dir(&tokens).unwrap();
        let config = folder.path().join("softhsm2.conf");
        fs::write(&config, format!("directories.tokendir = {}\n", tokens.display())).unwrap();
        let done = Command::new(std::env::current_exe().unwrap())
            .args([test, "--exact", "--nocapture"])
            .env(FOLDER, folder.path())
            .env("SOFTHSM2_CONF", config)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stdout);
        assert!(done.status.success(), "{said}{}", String::from_utf8_lossy(&done.stderr));
        assert!(said.contains("1 passed"), "no test is named {test}: {said}");
    }

    /// Makes a token.
    pub(crate) fn init(&self, label: &str) {
        let arguments = ["--init-token", "--free", "--label", label, "--so-pin", "314159", "--pin", PIN];
        let made = Command::new("softhsm2-util").args(arguments).output();
        let made = made.expect("softhsm2 is missing: install Debian's softhsm2 (cargo xtask test does)");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }

    /// Where the key file is.
    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("keys")
    }

    /// The token under this PIN.
    pub(crate) fn token(&self, pin: &str) -> Token {
        self.labelled(LABEL, pin)
    }

    pub(crate) fn labelled(&self, label: &str, pin: &str) -> Token {
        Token::new(MODULE.into(), label.to_owned(), &secret(&self.0, "pin", pin)).unwrap()
    }

    pub(crate) fn try_open(&self) -> Result<TokenKeys, TokenFault> {
        TokenKeys::open(self.token(PIN), &Place::File(self.file()))
    }

    /// Takes all tokens away.
    pub(crate) fn away(&self) {
        fs::rename(self.0.join("tokens"), self.0.join("elsewhere")).unwrap();
        fs::create_dir(self.0.join("tokens")).unwrap();
    }

    /// Puts them back.
    pub(crate) fn back(&self) {
        fs::remove_dir_all(self.0.join("tokens")).unwrap();
        fs::rename(self.0.join("elsewhere"), self.0.join("tokens")).unwrap();
    }

    /// Whoever has the PIN, at the token itself.
    pub(crate) fn session(&self) -> Session {
        self.session_of(LABEL)
    }

    fn session_of(&self, token: &str) -> Session {
        // The module is loaded and initialised: the ground was made with it.
        let module = Pkcs11::new(Path::new(MODULE)).unwrap();
        let mut slots = module.get_slots_with_initialized_token().unwrap().into_iter();
        let slot = slots.find(|slot| module.get_token_info(*slot).unwrap().label() == token).unwrap();
        let session = module.open_rw_session(slot).unwrap();
        // Or it is logged in already.
        let _ = session.login(UserType::User, Some(&AuthPin::from(PIN)));
        session
    }

    /// What the token gives of a key's value, and whether it would ever give it.
    pub(crate) fn shows(&self, label: &str) -> Vec<Attribute> {
        self.shows_of(LABEL, label)
    }

    pub(crate) fn shows_of(&self, token: &str, label: &str) -> Vec<Attribute> {
        let session = self.session_of(token);
        let found =
            session.find_objects(&[Attribute::Label(label.into()), Attribute::Private(true)]).unwrap();
        let asked = [AttributeType::Value, AttributeType::Extractable, AttributeType::Sensitive];
        session.get_attributes(found[0], &asked).unwrap()
    }

    /// Destroys every object of this label.
    pub(crate) fn destroy(&self, token: &str, label: &str) {
        let session = self.session_of(token);
        for found in session.find_objects(&[Attribute::Label(label.into())]).unwrap() {
            session.destroy_object(found).unwrap();
        }
    }
}

impl Ground for SoftHsm {
    type Service = TokenKeys;

    fn open(&self) -> TokenKeys {
        self.try_open().unwrap()
    }

    fn add_pepper(&self) {
        let template = [
            Attribute::Label(b"postern-pepper-2".to_vec()),
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sign(true),
            Attribute::ValueLen(32.into()),
        ];
        self.session().generate_key(&Mechanism::GenericSecretKeyGen, &template).unwrap();
    }
}
