//! The key file as an operator keeps it: sealed with a passphrase, or handed over as a credential of systemd.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Output;

use postern_testkit::installed::{Installed, output};
use serde_json::Value;
use tempfile::TempDir;

use crate::POSTERN;
use crate::doctor::named_of_its_own;
use crate::node::complained;

fn secret(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
}

/// Puts a line into the section `[keys]`.
fn configure(installed: &Installed, line: &str) {
    let text = fs::read_to_string(installed.config()).unwrap();
    let text = text.replace("[keys]\n", &format!("[keys]\n{line}\n"));
    fs::write(installed.config(), text).unwrap();
}

fn passphrase(installed: &Installed) -> PathBuf {
    let path = installed.home().join("passphrase");
    secret(&path, "correct horse battery\n");
    path
}

/// What `doctor` says of the key file.
fn key_file(done: &Output) -> String {
    let said: Value = serde_json::from_slice(&done.stdout).unwrap();
    said["findings"][0]["found"].as_str().unwrap().to_owned()
}

#[test]
fn sealed_served_changed_and_opened_again() {
    let installed = Installed::new(POSTERN);
    let run = |arguments: &[&str]| installed.command(arguments, "");
    let refused = run(&["key", "seal"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(complained(&refused).contains("keys.passphrase_file"));

    let path = passphrase(&installed);
    configure(&installed, "passphrase_file = \"passphrase\"");
    let plain = run(&["doctor", "--json"]);
    assert_eq!(named_of_its_own(&plain), [("key-file-plain".to_owned(), "advice".to_owned())]);
    assert!(run(&["key", "seal"]).status.success());
    let sealed = run(&["doctor", "--json"]);
    assert_eq!((sealed.status.code(), named_of_its_own(&sealed)), (Some(0), vec![]));
    assert!(key_file(&sealed).contains("sealed with a passphrase"), "{}", key_file(&sealed));
    assert!(complained(&run(&["key", "seal"])).contains("--old-passphrase-file"));
    let serving = installed.serve();
    assert!(run(&["tenant", "list"]).status.success());
    assert_eq!(serving.stop(), Some(0));

    let old = installed.home().join("old");
    fs::rename(&path, &old).unwrap();
    secret(&path, "another long passphrase\n");
    let wrong = run(&["tenant", "list"]);
    assert!(complained(&wrong).contains("another passphrase"), "{}", complained(&wrong));
    let change = ["key", "seal", "--old-passphrase-file", old.to_str().unwrap()];
    assert!(run(&change).status.success());
    assert!(run(&["tenant", "list"]).status.success());

    assert!(run(&["key", "open"]).status.success());
    let text = fs::read_to_string(installed.home().join("keys")).unwrap();
    assert!(text.starts_with("postern-key-file v1\n"));
    assert!(complained(&run(&["key", "open"])).contains("is not sealed"));
    for text in [wrong, sealed].map(|done| complained(&done)) {
        assert!(!text.contains("horse") && !text.contains("another long"), "{text}");
    }
}

#[test]
fn init_seals_before_anything_is_on_the_disk() {
    let folder = TempDir::new().unwrap();
    let (at, passphrase) = (folder.path().join("postern"), folder.path().join("passphrase"));
    let init = || {
        let arguments = ["init", at.to_str().unwrap(), "--seal", passphrase.to_str().unwrap()];
        output(POSTERN.as_ref(), &arguments, "", &[])
    };
    secret(&passphrase, "short\n");
    let refused = init();
    assert_eq!(refused.status.code(), Some(1), "{}", complained(&refused));
    assert!(!at.exists());
    secret(&passphrase, "correct horse battery\n");
    assert!(init().status.success());
    assert!(fs::read_to_string(at.join("keys")).unwrap().starts_with("postern-sealed-key-file v1\n"));
    let config = at.join("postern.toml");
    let listed = output(POSTERN.as_ref(), &["tenant", "list", "--config", config.to_str().unwrap()], "", &[]);
    assert!(listed.status.success(), "{}", complained(&listed));
}

#[test]
fn systemd_hands_over_the_key_file_and_its_passphrase() {
    let installed = Installed::new(POSTERN);
    passphrase(&installed);
    configure(&installed, "passphrase_file = { credential = \"passphrase\" }");
    let text = fs::read_to_string(installed.config()).unwrap();
    let text = text.replace("file = \"keys\"", "file = { credential = \"postern.keys\" }");
    fs::write(installed.config(), text).unwrap();
    let folder = TempDir::new().unwrap();
    fs::rename(installed.home().join("keys"), folder.path().join("postern.keys")).unwrap();
    fs::rename(installed.home().join("passphrase"), folder.path().join("passphrase")).unwrap();
    let config = installed.config();
    let run = |arguments: &[&str], environment: &[(&str, &str)]| {
        let arguments = [arguments, &["--config", config.to_str().unwrap()]].concat();
        output(POSTERN.as_ref(), &arguments, "", environment)
    };
    let here = [("CREDENTIALS_DIRECTORY", folder.path().to_str().unwrap())];
    assert!(run(&["tenant", "list"], &here).status.success());
    let found = run(&["doctor", "--json"], &here);
    assert_eq!(named_of_its_own(&found), [("key-file-plain".to_owned(), "advice".to_owned())]);
    let alone = run(&["tenant", "list"], &[]);
    assert_eq!(alone.status.code(), Some(1));
    assert!(complained(&alone).contains("LoadCredential=postern.keys"), "{}", complained(&alone));
    let sealing = run(&["key", "seal"], &here);
    assert!(complained(&sealing).contains("where the credential is made"), "{}", complained(&sealing));
}
