//! What is fuzzed with the whole product around it: bodies of requests, the configuration, the key file.
//!
//! `fuzz/` names this file by its path and builds it with its feature `whole` only.

use std::net::SocketAddr;
use std::path::{Component, Path, PathBuf};

use postern_app::operator::Command;
use postern_core::encoding::base64url;
use postern_core::ports::Keys as _;
use postern_log::is_canonical;
use postern_outside::key_file::{KeyFile, Passphrase};
use postern_server::bodies::{BODIES, Reader};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::fuzzed::{Target, check};

/// Every target, under the name of its binary and its corpus.
pub(crate) const WHOLE: [(&str, Target); 3] =
    [("body", body), ("configuration", configuration), ("key_file", key_file)];

/// A body, as every route that takes one reads it, and a command of the operator.
fn body(bytes: &[u8]) {
    BODIES.iter().for_each(|(_, read)| body_of(*read, bytes));
    let Ok(command) = serde_json::from_slice::<Command>(bytes) else { return };
    let written = |command: &Command| serde_json::to_value(command).ok();
    let again = written(&command).and_then(|text| serde_json::from_value::<Command>(text).ok());
    check(again.is_some_and(|again| written(&again) == written(&command)), "a command reads back");
}

fn body_of(read: Reader, bytes: &[u8]) {
    let Some(request) = read(bytes) else { return };
    let members = serde_json::from_slice::<Map<String, Value>>(bytes).unwrap_or_default();
    let text = |members: &Map<String, Value>| serde_json::to_vec(members).unwrap_or_default();
    let same = |body: Vec<u8>| read(&body).is_some_and(|again| again.0 == request.0);
    check(same(text(&members)), "a body is what it says, however it is written");
    check(is_canonical(&request.0), "what stands for a request is canonical");
    let said: Map<String, Value> = serde_json::from_slice(&request.0).unwrap_or_default();
    let kept = |name: &&String| !["code", "assertion"].contains(&name.as_str());
    check(said.keys().eq(members.keys().filter(kept)), "it has every member but what was typed");
    check(
        said.get("first_factor").is_none_or(|factor| factor.get("assertion").is_none()),
        "nor an assertion",
    );
    let mut more = members.clone();
    more.insert("no-member".to_owned(), Value::Null);
    check(read(&text(&more)).is_none(), "a member that is not known is refused");
    for (name, value) in &members {
        let once = Map::from_iter([(name.clone(), value.clone())]);
        let (once, all) = (text(&once), text(&members));
        let twice = [once.strip_suffix(b"}").unwrap_or_default(), b",", all.get(1..).unwrap_or_default()];
        check(read(&twice.concat()).is_none(), "a member that is said twice is refused");
    }
}

/// A configuration.
fn configuration(bytes: &[u8]) {
    let folder = Path::new("/etc/postern");
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Some((spelled, shown)) = postern_cli::spelled(text, folder) else { return };
    let again = postern_cli::spelled(&spelled, Path::new("/elsewhere"));
    check(again == Some((spelled, shown.clone())), "a configuration reads back, wherever it lies");
    let at = |path: &str| shown.pointer(path).and_then(Value::as_str);
    let near = |path: &str| {
        let address = at(path).and_then(|text| text.parse::<SocketAddr>().ok());
        address.is_none_or(|address| address.ip().is_loopback())
    };
    check(
        near("/server/listen") || shown.pointer("/server/tls").is_some_and(Value::is_object),
        "plain HTTP stays here",
    );
    check(near("/server/admin"), "health and metrics stay here");
    let data = at("/store/data").map(|path| plain(Path::new(path))).unwrap_or_default();
    for path in KEYS_AND_EVIDENCE {
        let outside = at(path).is_none_or(|path| !plain(Path::new(path)).starts_with(&data));
        check(outside, "neither keys nor evidence are in the data folder");
    }
    let days = shown.pointer("/retention/events_days").and_then(Value::as_u64);
    check(days.is_some_and(|days| days == 0 || days >= 400), "events are kept for long enough");
    let limits = shown.pointer("/limits").and_then(Value::as_object);
    check(
        limits
            .is_some_and(|limits| limits.values().all(|limit| limit.as_u64().is_some_and(|limit| limit > 0))),
        "a limit is a limit",
    );
}

/// Where a configuration says that keys and evidence are.
const KEYS_AND_EVIDENCE: [&str; 10] = [
    "/keys/file",
    "/keys/passphrase_file",
    "/keys/pkcs11/pin_file",
    "/keys/transit/token_file",
    "/anchor/file",
    "/anchor/s3/credentials_file",
    "/anchor/host/token_file",
    "/shipping/folder",
    "/shipping/s3/credentials_file",
    "/shipping/host/token_file",
];

/// A path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

/// A key file, as it is and with the sum that it would need.
fn key_file(bytes: &[u8]) {
    key_file_of(bytes);
    let sum = format!("sum {}\n", base64url(&Sha256::digest(bytes)));
    key_file_of(&[bytes, sum.as_bytes()].concat());
}

fn key_file_of(bytes: &[u8]) {
    let spelled = KeyFile::spelled(bytes);
    check(
        spelled.as_ref().is_ok_and(|spelled| **spelled == *bytes) || spelled.is_err(),
        "a key file has one spelling",
    );
    if !is_cheap(bytes) {
        return;
    }
    let passphrase = Passphrase::of(Zeroizing::new(b"made up for a fuzzer".to_vec()));
    let open = |bytes: &[u8], passphrase| KeyFile::from_bytes(Zeroizing::new(bytes.to_vec()), passphrase);
    let Ok(opened) = open(bytes, passphrase.as_ref()) else { return };
    check(spelled.is_ok(), "what is opened is spelled");
    let again = open(bytes, passphrase.as_ref()).map(|again| again.public() == opened.public());
    check(again == Ok(true), "the same file has the same keys");
    let sealed = bytes.starts_with(b"postern-sealed");
    check(open(bytes, None).is_err() == sealed, "a sealed file needs its passphrase");
    let other = Passphrase::of(Zeroizing::new(b"another that is made up".to_vec()));
    check(open(bytes, other.as_ref()).is_err() == sealed, "and no other");
    for cut in [bytes.len() - 1, bytes.len() / 2] {
        let cut = bytes.get(..cut).unwrap_or_default();
        check(open(cut, passphrase.as_ref()).is_err(), "a file that was cut is damaged");
    }
}

/// Whether opening a file costs little: what a file asks for is in it, and may be a gibibyte.
fn is_cheap(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let asked = text.lines().filter_map(|line| line.strip_prefix("by argon2id "));
    let number = |word: Option<&str>| word.and_then(|word| word.parse::<u32>().ok()).unwrap_or_default();
    asked.into_iter().all(|asked| {
        let mut words = asked.split(' ');
        number(words.next()) <= 64 && number(words.next()) <= 2 && number(words.next()) <= 4
    })
}
