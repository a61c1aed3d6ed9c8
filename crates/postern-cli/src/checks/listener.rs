//! How applications are known at the listener.

use super::{Finding, advice, ok};
use crate::config::Config;

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
