//! A disk that a test spoils: a library between the process and its C library, compiled here from `faults.c`.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// What is wrong with the disk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    /// Nothing.
    Well,
    /// Nothing can be written.
    Full,
    /// No file can grow: what is there already can be written over, as on a disk without a free block.
    NoRoom,
    /// Nothing can be written, or opened for writing.
    ReadOnly,
    /// What was written is never said to be there.
    NoFlush,
    /// Every flush takes a tenth of a second.
    Slow,
}

/// The disk of a folder.
pub(crate) struct Disk {
    folder: TempDir,
}

impl Disk {
    /// A disk that is well.
    pub(crate) fn new() -> Self {
        // Whoever runs the spoilt process reads it, and that may be another user.
        let open = Permissions::from_mode(0o755);
        let disk = Self { folder: tempfile::Builder::new().permissions(open).tempdir().unwrap() };
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/crash/faults.c");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-o"]).arg(disk.library()).arg(source).arg("-ldl");
        let compiled = compiler.output().expect("a C compiler (Debian's gcc) makes the library of faults");
        assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
        disk.becomes(Fault::Well);
        disk
    }

    /// From now on, also for what is open.
    pub(crate) fn becomes(&self, fault: Fault) {
        let letter = match fault {
            Fault::Well => "w",
            Fault::Full => "f",
            Fault::NoRoom => "g",
            Fault::ReadOnly => "r",
            Fault::NoFlush => "e",
            Fault::Slow => "s",
        };
        // Whole at every moment: it is read at every write.
        let next = self.folder.path().join("next");
        fs::write(&next, letter).unwrap();
        fs::rename(next, self.letter()).unwrap();
    }

    /// What a process is started with whose files in `spoilt` are on this disk.
    pub(crate) fn environment(&self, spoilt: &Path) -> Vec<(String, String)> {
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        [
            ("LD_PRELOAD", text(&self.library())),
            ("POSTERN_FAULT_FILE", text(&self.letter())),
            ("POSTERN_FAULT_FOLDER", text(spoilt)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    fn library(&self) -> PathBuf {
        self.folder.path().join("faults.so")
    }

    fn letter(&self) -> PathBuf {
        self.folder.path().join("letter")
    }
}
