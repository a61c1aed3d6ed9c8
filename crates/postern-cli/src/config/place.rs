//! Where the administrator's listener is: an address, or a Unix socket.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// What begins the name of a Unix socket.
const UNIX: &str = "unix:";

/// Said of what is neither.
const WRONG: &str = "this is an address with its port, such as 127.0.0.1:7879, or unix: and a path";

/// Where the administrator's listener is.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) enum Place {
    /// An address.
    Address(SocketAddr),
    /// A Unix socket.
    Socket(PathBuf),
}

impl Place {
    /// A path that is relative is so to `folder`.
    pub(super) fn within(&mut self, folder: &Path) {
        if let Self::Socket(path) = self {
            *path = folder.join(&*path);
        }
    }
}

impl TryFrom<String> for Place {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.strip_prefix(UNIX) {
            Some(path) if !path.is_empty() => Ok(Self::Socket(PathBuf::from(path))),
            _ => text.parse().map(Self::Address).map_err(|_| WRONG.to_owned()),
        }
    }
}

impl From<Place> for String {
    fn from(place: Place) -> Self {
        place.to_string()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => write!(to, "{address}"),
            Self::Socket(path) => write!(to, "{UNIX}{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_or_a_path_and_nothing_else() {
        for text in ["127.0.0.1:7879", "[::1]:0", "unix:/run/postern/admin.sock", "unix:admin.sock"] {
            assert_eq!(Place::try_from(text.to_owned()).unwrap().to_string(), text);
        }
        for text in ["", "unix:", "/run/admin.sock", "127.0.0.1", "localhost:80", "unix"] {
            assert!(Place::try_from(text.to_owned()).is_err(), "{text}");
        }
        let mut place = Place::Socket("admin.sock".into());
        place.within(Path::new("/etc/postern"));
        assert_eq!(place, Place::Socket("/etc/postern/admin.sock".into()));
    }
}
