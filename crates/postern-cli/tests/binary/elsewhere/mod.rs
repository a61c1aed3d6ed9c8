//! The anchor and what is shipped on other hosts: `postern keep` over TLS, and an object store of other people.

mod faults;
mod keeper;
mod service;
mod suite;
mod witness;
mod witnessed;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use postern_testkit::installed::Installed;

/// A file that only this user may read.
fn secret(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
}

/// Adds settings to a section of the configuration.
fn add(installed: &Installed, section: &str, setting: &str) {
    let text = fs::read_to_string(installed.config()).unwrap();
    let head = format!("[{section}]\n");
    assert!(text.contains(&head), "no {head}");
    fs::write(installed.config(), text.replace(&head, &format!("{head}{setting}\n"))).unwrap();
}
