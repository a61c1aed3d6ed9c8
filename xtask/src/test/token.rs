//! What keeps keys in tests as a hardware token does.

use crate::run::answers;
use crate::{Done, packages};

/// Installs it if it is missing.
pub(super) fn have() -> Done {
    if answers("softhsm2-util", "--version") {
        return Ok(());
    }
    packages::install(["softhsm2", "libsofthsm2"])
}
