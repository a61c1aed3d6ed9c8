//! Evidence given away: written by one command, checked by another that has nothing but a key.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use postern_testkit::Http;
use postern_testkit::installed::{Installed, output};
use serde_json::{Value, json};

use crate::POSTERN;

fn said(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// Checks with nothing of the installation: the exit code and the answer.
fn check(path: &Path, key: &str, more: &[&str]) -> (Option<i32>, Value) {
    let arguments = [&["audit", "check", path.to_str().unwrap(), "--key", key, "--json"], more].concat();
    let checked = output(POSTERN.as_ref(), &arguments, "", &[]);
    (checked.status.code(), serde_json::from_slice(&checked.stdout).unwrap_or(Value::Null))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_exported_is_checked_without_the_installation() {
    let installed = Installed::new(POSTERN);
    let at = |name: &str| installed.folder.path().join(name);
    let export = |name: &str| {
        let folder = at(name);
        installed.command(
            &["audit", "export", "--tenant", &installed.tenant, folder.to_str().unwrap(), "--json"],
            "",
        )
    };
    let before = said(&export("before"));
    let key = before["verifier_key"].as_str().unwrap();
    let serving = installed.serve();
    let mut http = Http::connect(&serving.authority, &installed.key).await;
    installed.issue(&mut http, "dora", "evidence").await;
    let after = said(&export("after"));
    assert!(after["size"].as_u64() > before["size"].as_u64());
    assert_eq!(after["verifier_key"], before["verifier_key"]);
    let whole = json!({ "verified": true, "origin": after["origin"], "size": after["size"] });
    assert_eq!(check(&at("after"), key, &[]), (Some(0), whole.clone()));
    let (older, newer) = (at("before").join("checkpoint"), at("after").join("checkpoint"));
    assert_eq!(check(&at("after"), key, &["--kept", older.to_str().unwrap()]), (Some(0), whole));
    assert_eq!(check(&at("before"), key, &["--kept", newer.to_str().unwrap()]).0, Some(3));
    let again = export("after");
    assert_eq!(again.status.code(), Some(2));

    let proof = at("proof");
    let arguments = ["audit", "proof", "3", "--tenant", &installed.tenant, "--file", proof.to_str().unwrap()];
    let proved = said(&installed.command(&[&arguments[..], &["--json"]].concat(), ""));
    let (code, checked) = check(&proof, key, &[]);
    assert_eq!((code, &checked["index"], &checked["event"]["id"]), (Some(0), &json!(3), &proved["event"]));
    assert_eq!(installed.command(&arguments, "").status.code(), Some(1), "a file is not written over");
    assert_eq!(serving.stop(), Some(0));
    let by_id = ["audit", "proof", proved["event"].as_str().unwrap(), "--tenant", &installed.tenant];
    let same = at("same");
    let more = ["--file", same.to_str().unwrap(), "--json"];
    assert_eq!(said(&installed.command(&[&by_id[..], &more].concat(), ""))["index"], json!(3));
    assert_eq!(check(&same, key, &[]).1["event"], checked["event"]);
}

#[test]
fn whatever_is_changed_is_refused() {
    let installed = Installed::new(POSTERN);
    let (folder, proof) = (installed.folder.path().join("log"), installed.folder.path().join("proof"));
    let tenant = ["--tenant", &installed.tenant, "--json"];
    let exported =
        installed.command(&[&["audit", "export", folder.to_str().unwrap()], &tenant[..]].concat(), "");
    let key = said(&exported)["verifier_key"].as_str().unwrap().to_owned();
    let prove = ["audit", "proof", "0", "--file", proof.to_str().unwrap()];
    assert!(installed.command(&[&prove[..], &tenant].concat(), "").status.success());
    for file in files(&folder).into_iter().chain([proof.clone()]) {
        let whole = fs::read(&file).unwrap();
        let target = if file == proof { &proof } else { &folder };
        for at in [0, whole.len() / 2, whole.len() - 2] {
            let mut flipped = whole.clone();
            flipped[at] ^= 1;
            fs::write(&file, flipped).unwrap();
            let (code, answer) = check(target, &key, &[]);
            assert_eq!(
                (code, &answer["verified"]),
                (Some(3), &json!(false)),
                "byte {at} of {}",
                file.display()
            );
        }
        fs::remove_file(&file).unwrap();
        // Exports of earlier releases do not say where they begin (decision 0061); anything else has to be there.
        let is_optional = file.ends_with("begins");
        let (code, _) = check(target, &key, &[]);
        assert_eq!(code == Some(0), is_optional, "without {}", file.display());
        fs::write(&file, whole).unwrap();
        assert_eq!(check(target, &key, &[]).0, Some(0));
    }
}

#[test]
fn keys_and_places_that_do_not_fit_are_explained() {
    let installed = Installed::new(POSTERN);
    let here = installed.folder.path();
    let checked = |path: &Path, key: &str| check(path, key, &[]).0;
    assert_eq!(checked(&here.join("nothing"), "a+b+c"), Some(2));
    fs::write(here.join("text"), "a text").unwrap();
    assert_eq!(checked(&here.join("text"), "a+b+c"), Some(3));
    let tenant = ["--tenant", &installed.tenant];
    let nobody = installed.command(&[&["audit", "proof", "4711"], &tenant[..]].concat(), "");
    assert_eq!(nobody.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&nobody.stderr).contains("has no event 4711"));
}
