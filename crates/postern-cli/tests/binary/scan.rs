//! `postern scan`: exit codes, what goes where, and that no code comes out of it.

use std::process::{Command, Output, Stdio};

use crate::POSTERN;

/// From the vectors: made up.
const CODE: &str = "PSTN-6N6NW-S9B8B-XYXXT-K5NXF-Y9YZ2";

/// Scans a folder that holds the code in a hidden file.
fn scan(folder: &std::path::Path, arguments: &[&str]) -> Output {
    Command::new(POSTERN)
        .arg("scan")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[test]
fn exit_codes_say_whether_something_was_found() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("clean"), "nothing here").unwrap();
    assert_eq!(scan(folder.path(), &["."]).status.code(), Some(0));
    assert_eq!(scan(folder.path(), &["absent"]).status.code(), Some(2));
    assert_eq!(scan(folder.path(), &[]).status.code(), Some(2));
    assert_eq!(scan(folder.path(), &[".", "--prefix", "illegal"]).status.code(), Some(2));
    assert_eq!(scan(folder.path(), &[".", "--fail-on", "never"]).status.code(), Some(2));
    std::fs::write(folder.path().join(".hidden"), CODE).unwrap();
    let found = scan(folder.path(), &[".", "absent"]);
    assert_eq!(found.status.code(), Some(1), "what was found counts more than what was not read");
    assert!(String::from_utf8_lossy(&found.stderr).contains("absent"));
    // Another prefix: its check symbols do not fit, and nothing is sure.
    assert_eq!(scan(folder.path(), &[".", "--prefix", "ACME"]).status.code(), Some(0));
}

#[test]
fn no_form_of_the_report_holds_the_code() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("note"), CODE).unwrap();
    let forms = ["text", "jsonl", "sarif", "html"].map(|form| vec!["--format", form]);
    for form in forms.into_iter().chain([vec!["--json"]]) {
        let output = scan(folder.path(), &[vec!["."], form.clone()].concat());
        assert_eq!(output.status.code(), Some(1));
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert!(said.contains("6N…") && !said.contains("6N6"), "{form:?}");
    }
}

#[test]
fn a_baseline_silences_what_is_known_under_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("data")).unwrap();
    std::fs::write(at("data/note"), CODE).unwrap();
    std::fs::write(at("key"), "sixteen bytes and more").unwrap();
    let under = ["data", "--digest-key", "key"];
    let first = scan(folder.path(), &[&under[..], &["--json"]].concat());
    std::fs::write(at("known"), &first.stdout).unwrap();
    let again = scan(folder.path(), &[&under[..], &["--baseline", "known"]].concat());
    assert_eq!(again.status.code(), Some(0), "{}", String::from_utf8_lossy(&again.stdout));
    // Without its key, or under another, it is refused rather than matching nothing.
    assert_eq!(scan(folder.path(), &["data", "--baseline", "known"]).status.code(), Some(2));
    std::fs::write(at("key"), "another sixteen bytes and more").unwrap();
    let other = scan(folder.path(), &[&under[..], &["--baseline", "known"]].concat());
    assert_eq!(other.status.code(), Some(2));
    std::fs::write(at("key"), "short").unwrap();
    assert_eq!(scan(folder.path(), &under).status.code(), Some(2));
}

#[test]
fn standard_input_is_read_too() {
    let mut child = Command::new(POSTERN)
        .args(["scan", "--stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), CODE.to_lowercase().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("(stdin):1:1"));
}
