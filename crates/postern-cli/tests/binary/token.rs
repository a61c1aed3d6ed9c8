//! A whole installation on a token: made, served, without its token for a while, verified.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use postern_testkit::Http;
use postern_testkit::installed::{Installed, output};
use serde_json::Value;
use tempfile::TempDir;

use crate::POSTERN;
use crate::doctor::{danger, named_of_its_own};
use crate::node::complained;

pub(crate) const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const PIN: &str = "271828";

/// A folder with a token of Debian's softhsm2.
pub(crate) struct SoftHsm(TempDir);

impl SoftHsm {
    pub(crate) fn new() -> Self {
        let new = Self(TempDir::new().unwrap());
        fs::create_dir(new.tokens()).unwrap();
        fs::write(new.config(), format!("directories.tokendir = {}\n", new.tokens().display())).unwrap();
        let made = Command::new("softhsm2-util")
            .args(["--init-token", "--free", "--label", "postern", "--so-pin", "314159", "--pin", PIN])
            .env("SOFTHSM2_CONF", new.config())
            .output();
        let made = made.expect("softhsm2 is missing: install Debian's softhsm2 (cargo xtask test does)");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        new.pin(PIN);
        new
    }

    fn tokens(&self) -> PathBuf {
        self.0.path().join("tokens")
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.0.path().join("softhsm2.conf")
    }

    pub(crate) fn pin_file(&self) -> PathBuf {
        self.0.path().join("pin")
    }

    fn pin(&self, pin: &str) {
        fs::write(self.pin_file(), pin).unwrap();
        fs::set_permissions(self.pin_file(), Permissions::from_mode(0o600)).unwrap();
    }

    fn installed(&self) -> Installed {
        let pin = self.pin_file();
        let init = ["--token", "postern", "--module", MODULE, "--pin-file", pin.to_str().unwrap()];
        Installed::made_with(POSTERN, &init, &[("SOFTHSM2_CONF", self.config().to_str().unwrap())])
    }

    fn away(&self) {
        fs::rename(self.tokens(), self.0.path().join("elsewhere")).unwrap();
        fs::create_dir(self.tokens()).unwrap();
    }

    fn back(&self) {
        fs::remove_dir_all(self.tokens()).unwrap();
        fs::rename(self.0.path().join("elsewhere"), self.tokens()).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_token_it_says_so_and_goes_on_when_the_token_is_back() {
    let token = SoftHsm::new();
    let installed = token.installed();
    let sound = installed.command(&["doctor", "--json"], "");
    assert_eq!((sound.status.code(), named_of_its_own(&sound)), (Some(0), vec![]));
    let serving = installed.serve();
    let mut http = Http::connect(&serving.authority, &installed.key).await;
    let codes = installed.issue(&mut http, "anna", "first").await;
    let redeemed = http.post("/v1/redemptions", &installed.redemption("anna", &codes[1]), "one").await;
    assert_eq!(redeemed.status, 201, "{}", redeemed.json());

    token.away();
    let claim = installed.redemption("anna", &codes[2]);
    for key in ["two", "three"] {
        let away = http.post("/v1/redemptions", &claim, key).await;
        assert_eq!(
            (away.status, away.json()["type"].as_str().map(|kind| kind.contains("unavailable"))),
            (503, Some(true))
        );
    }
    assert_eq!(http.get("/v1/events").await.status, 200, "what needs no token is answered");
    token.back();
    let again = http.post("/v1/redemptions", &claim, "two").await;
    assert_eq!(again.status, 201, "{}", again.json());
    assert_eq!(serving.stop(), Some(0));
    let verified = installed.command(&["audit", "verify", "--replay", "--json"], "");
    let report: Value = serde_json::from_slice(&verified.stdout).unwrap();
    assert_eq!((verified.status.code(), &report["verified"]), (Some(0), &Value::Bool(true)));
}

#[test]
fn a_token_that_is_missing_or_takes_no_pin_is_a_danger() {
    let token = SoftHsm::new();
    let installed = token.installed();
    token.away();
    let missing = installed.command(&["doctor", "--json"], "");
    assert_eq!((missing.status.code(), named_of_its_own(&missing)), (Some(1), vec![danger("key-file")]));
    assert!(complained(&installed.command(&["serve"], "")).contains("there is no token \"postern\""));
    token.back();
    token.pin("000000");
    let refused = complained(&installed.command(&["serve"], ""));
    assert!(refused.contains("did not take the PIN") && !refused.contains("000000"), "{refused}");
    token.pin(PIN);
    assert_eq!(installed.command(&["doctor"], "").status.code(), Some(0));
    // The file is for its owner alone, as every secret is.
    fs::set_permissions(token.pin_file(), Permissions::from_mode(0o644)).unwrap();
    let open = complained(&installed.command(&["serve"], ""));
    assert!(open.contains("chmod 600"), "{open}");
}

#[test]
fn a_second_installation_in_one_token_is_refused() {
    let token = SoftHsm::new();
    let _first = token.installed();
    let at = token.0.path().join("second");
    let pin = token.pin_file();
    let init = |at: &Path, more: &[&str]| {
        let arguments = [&["init", at.to_str().unwrap(), "--token", "postern"], more].concat();
        output(POSTERN.as_ref(), &arguments, "", &[("SOFTHSM2_CONF", token.config().to_str().unwrap())])
    };
    let second = init(&at, &["--module", MODULE, "--pin-file", pin.to_str().unwrap()]);
    assert_eq!(second.status.code(), Some(1));
    assert!(complained(&second).contains("has the key"), "{}", complained(&second));
    assert!(!at.join("keys").exists() && !at.join("postern.toml").exists());
    assert_eq!(init(&at, &["--module", MODULE]).status.code(), Some(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_rotated_under_load() {
    let token = SoftHsm::new();
    crate::rotation::under_load(&token.installed()).await;
}
