//! Servers of other people that tests start: what keeps keys as a transit engine does, and what keeps objects.

use std::path::PathBuf;

use crate::{Done, python};

/// Installs them if they are missing; where their programs are.
pub(super) fn have() -> Done<(PathBuf, PathBuf)> {
    let programs = python::with("tests-outside/servers.txt")?;
    Ok((programs.join("bao"), programs.join("python")))
}
