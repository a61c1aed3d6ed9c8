//! `postern key move`: an installation goes on with its keys in another place, and no code is lost.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use postern_cluster::OpenBao;
use postern_testkit::Http;
use postern_testkit::installed::Installed;
use serde_json::{Value, json};

use crate::POSTERN;
use crate::node::complained;
use crate::token::{MODULE, SoftHsm};
use crate::upgrade::previous;

/// Codes of sets that were issued under both versions of the pepper, before anything was moved.
struct Before {
    old: Vec<String>,
    new: Vec<String>,
}

impl Before {
    async fn issued(installed: &Installed) -> Self {
        let serving = installed.serve();
        let mut http = Http::connect(&serving.authority, &installed.key).await;
        let old = installed.issue(&mut http, "old", "old").await;
        assert_eq!(done(installed, &["key", "rotate"])["in_force"], json!(true));
        let new = installed.issue(&mut http, "new", "new").await;
        let refused = installed.command(&["key", "move", "--to", "/nowhere/keys"], "");
        assert!(complained(&refused).contains("the service runs"), "{}", complained(&refused));
        assert_eq!(serving.stop(), Some(0));
        Self { old, new }
    }

    /// Every set goes on, new ones are made, and all of it verifies.
    async fn goes_on(&self, installed: &Installed, round: usize) {
        let serving = installed.serve();
        let mut http = Http::connect(&serving.authority, &installed.key).await;
        for (name, codes) in [("old", &self.old), ("new", &self.new)] {
            let claim = installed.redemption(name, &codes[round]);
            let right = http.post("/v1/redemptions", &claim, &format!("{name}-{round}")).await;
            assert_eq!(right.status, 201, "a code was lost: {}", right.json());
            let claim = installed.redemption(name, &codes[round]);
            let again = http.post("/v1/redemptions", &claim, &format!("{name}-{round}-again")).await;
            assert_eq!(again.status, 422, "{}", again.json());
        }
        let person = format!("since-{round}");
        let codes = installed.issue(&mut http, &person, &person).await;
        let right = http.post("/v1/redemptions", &installed.redemption(&person, &codes[1]), &person).await;
        assert_eq!(right.status, 201, "{}", right.json());
        assert_eq!(serving.stop(), Some(0));
        assert_eq!(done(installed, &["audit", "verify", "--replay"])["findings"], json!([]));
        assert_eq!(installed.command(&["doctor"], "").status.code(), Some(0));
    }
}

fn done(installed: &Installed, arguments: &[&str]) -> Value {
    let output = installed.command(&[arguments, &["--json"]].concat(), "");
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", complained(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn secret(path: &Path, text: &str) -> PathBuf {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
    path.to_owned()
}

/// Moves the keys, and puts what the command says into the configuration.
fn moved(installed: &Installed, to: &str, keeper: &[&str]) {
    let (before, place) = (keys(installed), installed.home().join(to));
    let arguments = [&["key", "move", "--to", place.to_str().unwrap()], keeper].concat();
    let first = done(installed, &arguments);
    assert_eq!(keys(installed), before, "the old place was changed");
    // Cut off after the last step: the same command says the same.
    assert_eq!(done(installed, &arguments), first);
    let text = fs::read_to_string(installed.config()).unwrap();
    let (head, rest) = text.split_once("[keys]\n").unwrap();
    let (_, tail) = rest.split_once("\n[anchor]").unwrap();
    let section = first["keys"].as_str().unwrap();
    fs::write(installed.config(), format!("{head}{section}\n[anchor]{tail}")).unwrap();
}

fn keys(installed: &Installed) -> Vec<u8> {
    fs::read(installed.home().join("keys")).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_a_plain_file_into_a_sealed_one_and_then_into_a_token() {
    let token = SoftHsm::new();
    let environment = token.config();
    let installed = Installed::made_with(POSTERN, &[], &[("SOFTHSM2_CONF", environment.to_str().unwrap())]);
    let before = Before::issued(&installed).await;
    let passphrase = secret(&installed.home().join("passphrase"), "correct horse battery\n");
    moved(&installed, "sealed", &["--seal", passphrase.to_str().unwrap()]);
    assert!(fs::read_to_string(installed.home().join("sealed")).unwrap().contains("by argon2id"));
    fs::remove_file(installed.home().join("keys")).unwrap();
    before.goes_on(&installed, 1).await;

    fs::write(installed.home().join("keys"), "not looked at\n").unwrap();
    let pin = token.pin_file();
    let keeper = ["--token", "postern", "--module", MODULE, "--pin-file", pin.to_str().unwrap()];
    moved(&installed, "of-token", &keeper);
    assert!(fs::read_to_string(installed.home().join("of-token")).unwrap().contains("by pkcs11"));
    fs::remove_file(installed.home().join("sealed")).unwrap();
    before.goes_on(&installed, 2).await;
    assert_eq!(done(&installed, &["key", "list"])["items"][0]["kept_in"], json!("token"));

    // What is in a token stays there, and the command says why.
    let out = installed.home().join("out");
    let refused = installed.command(&["key", "move", "--to", out.to_str().unwrap()], "");
    assert_eq!(refused.status.code(), Some(1));
    assert!(complained(&refused).contains("never gives a key away"), "{}", complained(&refused));
    assert!(!out.exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_a_plain_file_into_an_engine() {
    let (server, installed) = (OpenBao::start(), Installed::new(POSTERN));
    let before = Before::issued(&installed).await;
    let token = secret(&installed.home().join("token"), server.root());
    moved(&installed, "of-engine", &["--transit", &server.url(), "--token-file", token.to_str().unwrap()]);
    fs::remove_file(installed.home().join("keys")).unwrap();
    before.goes_on(&installed, 1).await;
    // The old version is taken away there when its last set has ended.
    let set = done(&installed, &["subject", "show", "old", "--tenant", &installed.tenant]);
    let set = set["active_set"]["set"].as_str().unwrap().to_owned();
    done(&installed, &["revoke", &set, "--tenant", &installed.tenant, "--reason", "lost"]);
    done(&installed, &["key", "retire", "1"]);
    let listed = done(&installed, &["key", "list"]);
    let item = &listed["items"][0];
    assert_eq!((&item["version"], &item["kept_in"]), (&json!(2), &json!("transit engine")), "{listed}");

    // Somebody makes the pepper anew under its name: nobody is served, and it is said what is wrong.
    for command in [
        ["write", "transit/keys/postern-pepper/config", "deletion_allowed=true"].as_slice(),
        &["delete", "transit/keys/postern-pepper"],
        &["write", "-f", "transit/keys/postern-pepper", "type=hmac", "key_size=32"],
        &["write", "-f", "transit/keys/postern-pepper/rotate"],
        &[
            "write",
            "transit/keys/postern-pepper/config",
            "min_decryption_version=2",
            "min_encryption_version=2",
        ],
    ] {
        server.run(command, "");
    }
    let refused = complained(&installed.command(&["serve"], ""));
    assert!(refused.contains("another key as version 2 of the pepper"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_moved_to_a_place_that_has_other_keys() {
    let (installed, other) = (Installed::new(POSTERN), Installed::new(POSTERN));
    let theirs = other.home().join("keys");
    let before = fs::read(&theirs).unwrap();
    let refused = installed.command(&["key", "move", "--to", theirs.to_str().unwrap()], "");
    assert_eq!(refused.status.code(), Some(1));
    assert!(complained(&refused).contains("other keys"), "{}", complained(&refused));
    assert_eq!(fs::read(&theirs).unwrap(), before);
    let within = installed.data().join("keys");
    let refused = installed.command(&["key", "move", "--to", within.to_str().unwrap()], "");
    assert_eq!(refused.status.code(), Some(2), "{}", complained(&refused));
    let same = installed.home().join("keys");
    let refused = installed.command(&["key", "move", "--to", same.to_str().unwrap()], "");
    assert_eq!(refused.status.code(), Some(2), "{}", complained(&refused));
    // A key file that is not the one of these records moves nowhere.
    fs::copy(&theirs, installed.home().join("keys")).unwrap();
    let to = installed.home().join("new");
    let refused = installed.command(&["key", "move", "--to", to.to_str().unwrap()], "");
    assert!(complained(&refused).contains("does not belong"), "{}", complained(&refused));
    assert!(!to.exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_installation_of_the_previous_release_gets_a_key_security_of_its_own() {
    let mut installed = Installed::new(previous().to_str().unwrap());
    installed.upgrade(POSTERN);
    let serving = installed.serve();
    done(&installed, &["tenant", "change", &installed.tenant, "--keep-kinds"]);
    assert_eq!(serving.stop(), Some(0));
    assert!(!String::from_utf8(keys(&installed)).unwrap().contains("\nsecurity "));
    let before = Before::issued(&installed).await;
    assert!(!String::from_utf8(keys(&installed)).unwrap().contains("\nsecurity "), "a rotation made one");
    moved(&installed, "new", &[]);
    let text = fs::read_to_string(installed.home().join("new")).unwrap();
    assert!(text.contains("\nsecurity 2 "), "{}", text.lines().count());
    // Kinds that were sealed under the one of before open, and those of now under the new one.
    before.goes_on(&installed, 1).await;
    before.goes_on(&installed, 2).await;

    // Who goes back to the old place could not read the kinds of now, and would refuse right codes: it is not served.
    let config = fs::read_to_string(installed.config()).unwrap();
    let new = installed.home().join("new");
    let back = config.replace(new.to_str().unwrap(), installed.home().join("keys").to_str().unwrap());
    assert_ne!(back, config);
    fs::write(installed.config(), back).unwrap();
    let refused = complained(&installed.command(&["serve"], ""));
    assert!(refused.contains("key \"security\""), "{refused}");
    let found = installed.command(&["doctor", "--json"], "");
    assert_eq!(found.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&found.stdout).contains("keys-foreign"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pepper_that_was_made_anew_is_noticed_before_the_first_rotation() {
    for upgraded in [false, true] {
        let mut installed =
            if upgraded { Installed::new(previous().to_str().unwrap()) } else { Installed::new(POSTERN) };
        if upgraded {
            // Noted at the first start of this release.
            installed.upgrade(POSTERN);
            assert_eq!(installed.serve().stop(), Some(0));
        }
        let text = String::from_utf8(keys(&installed)).unwrap();
        let other = Installed::new(POSTERN);
        let theirs = String::from_utf8(keys(&other)).unwrap();
        let pepper = theirs.lines().find(|line| line.starts_with("pepper 1 ")).unwrap();
        fs::write(installed.home().join("keys"), crate::rotation::resummed(&text, pepper)).unwrap();
        let refused = complained(&installed.command(&["serve"], ""));
        assert!(refused.contains("another key as version 1 of the pepper"), "{refused}");
        let found = installed.command(&["doctor", "--json"], "");
        let said = String::from_utf8_lossy(&found.stdout).into_owned();
        assert!(said.contains("keys-foreign") && said.contains("version 1 of the pepper"), "{said}");
        fs::write(installed.home().join("keys"), text).unwrap();
        assert_eq!(installed.serve().stop(), Some(0));
    }
}
