//! Where a secret file lies, and so who keeps others out of it.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::FileFault;
use crate::file::{self, Sort};

/// Where a secret file lies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// A file of this process's user, which nobody else may read.
    File(PathBuf),
    /// A credential that the system's manager laid out for this process (systemd.exec(5), `LoadCredential`): this
    /// user's or root's, in a folder that nobody else enters.
    Credential(PathBuf),
}

impl Place {
    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        let (Self::File(path) | Self::Credential(path)) = self;
        path
    }

    /// The first line of it, for who is shown it and compares.
    ///
    /// # Errors
    /// [`FileFault`]
    pub fn secret_line(&self) -> Result<Zeroizing<Vec<u8>>, FileFault> {
        self.first_line()
    }

    /// The whole of it, if it has at most `most` bytes.
    pub(crate) fn read(&self, most: u64) -> Result<Zeroizing<Vec<u8>>, FileFault> {
        let sort = match self {
            Self::File(_) => Sort::Secret,
            Self::Credential(_) => Sort::Credential,
        };
        file::read(self.path(), sort, most)
    }

    /// The first line of it, which is a secret: a passphrase, a PIN.
    pub(crate) fn first_line(&self) -> Result<Zeroizing<Vec<u8>>, FileFault> {
        /// Bytes.
        const MOST: u64 = 1024;
        let mut bytes = self.read(MOST)?;
        let end = bytes.iter().position(|byte| b"\r\n".contains(byte)).unwrap_or(bytes.len());
        bytes.truncate(end);
        Ok(bytes)
    }
}
