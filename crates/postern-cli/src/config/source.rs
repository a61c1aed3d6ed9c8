//! Where a configuration says that a secret file is: a path, or a credential that systemd hands over.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use postern_outside::Place;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// Where a secret file is.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(untagged, expecting = "a path, or { credential = \"NAME\" }")]
pub(crate) enum Source {
    /// A path.
    File(PathBuf),
    /// A credential of systemd.
    Credential(Credential),
}

/// A credential of systemd, by its name in the unit.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credential {
    pub(crate) credential: String,
}

/// Where systemd says in which folder the credentials of a unit are (systemd.exec(5)).
const FOLDER: &str = "CREDENTIALS_DIRECTORY";

impl Source {
    /// The path, if it is one.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Credential(_) => None,
        }
    }

    /// A path that is relative is so to `folder`.
    pub(super) fn within(&mut self, folder: &Path) {
        if let Self::File(path) = self {
            *path = folder.join(&*path);
        }
    }

    /// Where it is for this process.
    pub(crate) fn place(&self) -> Result<Place, Failure> {
        match self {
            Self::File(path) => Ok(Place::File(path.clone())),
            Self::Credential(named) => named.place(std::env::var_os(FOLDER)),
        }
    }
}

impl Credential {
    fn place(&self, folder: Option<OsString>) -> Result<Place, Failure> {
        let name = &self.credential;
        let folder = folder.map(PathBuf::from).filter(|folder| folder.is_absolute()).ok_or_else(|| {
            Failure::refused(format!(
                "the credential {name} is not here: {FOLDER} is not set. Start this from a unit of systemd with LoadCredential={name}:PATH"
            ))
        })?;
        if self.is_name() {
            Ok(Place::Credential(folder.join(name)))
        } else {
            Err(Failure::Usage(format!("{name:?} is not the name of a credential")))
        }
    }

    /// Whether it names a file in the folder and nothing else.
    fn is_name(&self) -> bool {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        self.credential.bytes().all(fits) && !["", ".", ".."].contains(&self.credential.as_str())
    }
}

impl fmt::Display for Source {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(to, "{}", path.display()),
            Self::Credential(named) => write!(to, "the credential {}", named.credential),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_a_file_in_the_folder_that_systemd_names() {
        let named = |name: &str| Credential { credential: name.to_owned() };
        let place = |name: &str, folder: &str| named(name).place(Some(folder.into()));
        let expected = Place::Credential("/run/credentials/postern/keys".into());
        assert_eq!(place("keys", "/run/credentials/postern").unwrap(), expected);
        for name in ["", ".", "..", "../keys", "/keys", "a/b", "a b"] {
            assert!(place(name, "/run/credentials/postern").is_err(), "{name}");
        }
        assert!(place("keys", "credentials").is_err());
        let nowhere = named("keys").place(None).unwrap_err().to_string();
        assert!(nowhere.contains("LoadCredential=keys:"), "{nowhere}");
    }
}
