//! Places that data goes to.

use std::path::Path;

use postern_testkit::leaks::{Secrets, disguises};

/// Bytes from one place.
pub(crate) struct Sink {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

impl Sink {
    pub(crate) fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), bytes: bytes.into() }
    }
}

/// Every file under a folder, but those with these names.
pub(crate) fn files(folder: &Path, but: &[&str]) -> Vec<Sink> {
    let mut sinks = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if path.is_dir() {
            sinks.extend(files(&path, but));
        } else if path.is_file() && !but.contains(&name.as_str()) {
            sinks.push(Sink::new(path.display().to_string(), std::fs::read(&path).unwrap_or_default()));
        }
    }
    sinks
}

/// Nothing is in any of the places; and in each of them every disguise of a planted secret would be found.
pub(crate) fn assert_clean(secrets: &Secrets, sinks: &[Sink]) {
    let search = secrets.search();
    let leaks: Vec<_> = sinks
        .iter()
        .map(|sink| (&sink.name, search.found_in(&sink.bytes)))
        .filter(|(_, found)| !found.is_empty())
        .collect();
    assert!(leaks.is_empty(), "{leaks:?}");

    let code = &secrets.codes[secrets.codes.len() / 2];
    let token = secrets.tokens.first().map(|(_, token)| token.as_str());
    let mut planted: Vec<Vec<u8>> =
        [Some(code.as_str()), token].into_iter().flatten().flat_map(disguises).collect();
    planted.extend(secrets.keys.iter().map(|(_, key)| key.clone()));
    for (n, sink) in sinks.iter().enumerate() {
        // All of them in the first place of each sort, one after another in the others.
        let sort = |sink: &Sink| Path::new(&sink.name).extension().map(ToOwned::to_owned);
        let first = sinks.iter().position(|other| sort(other) == sort(sink)) == Some(n);
        let some = if first { planted.len() } else { 1 };
        for secret in planted.iter().cycle().skip(n).take(some) {
            let around = &sink.bytes[..sink.bytes.len().min(1 << 14)];
            let (before, after) = around.split_at(around.len() / 2);
            let found = search.found_in(&[before, b" ", secret, b" ", after].concat());
            assert!(!found.is_empty(), "in {} a planted secret was not found", sink.name);
        }
    }
}
