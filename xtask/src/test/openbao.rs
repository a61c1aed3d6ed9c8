//! What keeps keys in tests as a transit engine does.

use std::path::PathBuf;

use crate::{Done, python};

/// Installs it if it is missing; where its program is.
pub(super) fn have() -> Done<PathBuf> {
    Ok(python::with("tests-outside/servers.txt")?.join("bao"))
}
