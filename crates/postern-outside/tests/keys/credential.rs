//! The key file as the system's manager lays it out for a service (systemd.exec(5), `LoadCredential`): in a folder of its
//! own, for its user and group to read and for nobody to change. The file that it is laid out from is changed instead, so the
//! case of a rotation is none of its own.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use postern_outside::Place;
use postern_outside::key_file::KeyFile;

use crate::plain::{Plain, add_pepper};
use crate::support::Ground;

/// A key file, and what is laid out of it.
pub(crate) struct Credential {
    from: Plain,
    folder: tempfile::TempDir,
}

impl Credential {
    pub(crate) fn new() -> Self {
        let new = Self { from: Plain::new(), folder: tempfile::tempdir().unwrap() };
        new.lay_out();
        new
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("keys")
    }

    /// As a start of the service does.
    fn lay_out(&self) {
        let new = self.folder.path().join("new");
        fs::copy(self.from.path(), &new).unwrap();
        fs::set_permissions(&new, Permissions::from_mode(0o440)).unwrap();
        fs::rename(new, self.path()).unwrap();
    }
}

impl Ground for Credential {
    type Service = KeyFile;

    fn open(&self) -> KeyFile {
        KeyFile::open_with(&Place::Credential(self.path()), None).unwrap()
    }

    fn add_pepper(&self) {
        add_pepper(&self.from.path());
        self.lay_out();
    }
}
