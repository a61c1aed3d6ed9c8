//! How applications are known at the listener, and where health and metrics are.

use std::path::Path;

use super::{Finding, advice, danger, ok};
use crate::config::{Config, Place};

/// Bytes of a Unix socket's path (unix(7): 108 with the zero at its end), and of the folder in which it is made.
const LONGEST: usize = 107 - ".postern-XXXXXX/".len();

/// Whether health and metrics can be listened for where they should be.
pub(super) fn administration(config: &Config) -> Finding {
    let path = match &config.server.admin {
        Place::Address(_) => {
            return ok("admin-listener", "Health and metrics: whoever is on this machine may read them.");
        }
        Place::Socket(path) => path,
    };
    let means = "The service does not start.";
    if !path.parent().is_some_and(Path::is_dir) {
        let found = format!("The folder of server.admin, {}, is not there.", path.display());
        return danger("admin-listener", found, means, "Make it, for the service's user to write in.");
    }
    if path.as_os_str().len() > LONGEST {
        let found = format!("The path of server.admin has more than {LONGEST} bytes.");
        return danger(
            "admin-listener",
            found,
            means,
            "Name a shorter one, such as unix:/run/postern/admin.sock.",
        );
    }
    ok("admin-listener", "Health and metrics: the service's user and group may read them.")
}

/// Whether both sides of a connection can know each other.
pub(super) fn listener(config: &Config) -> Finding {
    let authority = config.server.tls.as_ref().and_then(|tls| tls.client_authority.as_ref());
    if authority.is_some() {
        return ok("mutual-tls", "Applications can be known by certificates, beside their keys.");
    }
    advice(
        "bearer-alone",
        "Applications are known by their keys alone.",
        "SP 800-63B-4 section 3.2.6 wants a verifier apart from the identity provider and its callers to know each other: this does not conform.",
        "Set server.tls with client_authority, and bind applications to their certificates: `postern application bind`.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Severity;

    #[test]
    fn a_socket_needs_its_folder_and_a_short_path() {
        let of = |admin: String| {
            let mut config = Config::default();
            config.server.admin = Place::try_from(admin).unwrap();
            administration(&config).severity
        };
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| of(format!("unix:{}/{name}", folder.path().display()));
        assert_eq!(of("127.0.0.1:1".to_owned()), Severity::Ok);
        assert_eq!(at("admin.sock"), Severity::Ok);
        assert_eq!(at("absent/admin.sock"), Severity::Danger);
        assert_eq!(at(&"x".repeat(LONGEST)), Severity::Danger);
    }
}
