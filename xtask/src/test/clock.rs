//! What moves the clock of one process in a test.

use crate::run::answers;
use crate::{Done, packages};

/// Installs it if it is missing.
pub(super) fn have() -> Done {
    if answers("faketime", "--version") {
        return Ok(());
    }
    packages::install(["faketime", "libfaketime"])
}
