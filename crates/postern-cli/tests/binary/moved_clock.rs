//! A clock that a test moves: Debian's libfaketime in one process, while the machine's clock stays.

use std::fs;
use std::path::{Path, PathBuf};

/// A clock, and the file that says how far it is from the machine's.
pub(crate) struct MovedClock(PathBuf);

impl MovedClock {
    /// One that is right still.
    pub(crate) fn new(at: PathBuf) -> Self {
        let clock = Self(at);
        clock.stands(0);
        clock
    }

    /// Moves it, in what runs already too: seconds ahead of the machine's clock.
    pub(crate) fn stands(&self, seconds: i64) {
        // Whole at every moment: it is read whenever somebody asks for the time.
        let whole = self.0.with_extension("next");
        fs::write(&whole, format!("{seconds:+}\n")).unwrap();
        fs::rename(whole, &self.0).unwrap();
    }

    /// What a process is started with to go by it. Waits go by the machine's.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let library = library().to_str().unwrap().to_owned();
        let file = self.0.to_str().unwrap().to_owned();
        [
            ("LD_PRELOAD", library),
            ("FAKETIME_TIMESTAMP_FILE", file),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }
}

/// In a folder per architecture on Debian.
fn library() -> PathBuf {
    let entries = fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path());
    let folders = entries.chain(["/usr/lib", "/usr/lib64"].map(|folder| Path::new(folder).to_owned()));
    let mut libraries = folders.map(|folder| folder.join("faketime/libfaketimeMT.so.1"));
    libraries
        .find(|library| library.is_file())
        .expect("libfaketime is missing: install Debian's faketime (cargo xtask test does)")
}
