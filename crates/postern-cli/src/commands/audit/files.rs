//! Files of evidence: written once, for their owner alone, read whole.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use crate::failure::Failure;

/// Writes a new file, and the folders above it. What is there is not touched.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed =
        |fault: std::io::Error| Failure::refused(format!("{} could not be written: {fault}", path.display()));
    if let Some(folder) = path.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    }
    let mut file =
        fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    file.write_all(bytes).map_err(failed)
}

/// Reads a file that the command line names.
pub(super) fn text(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path)
        .map_err(|fault| Failure::Usage(format!("{} could not be read: {fault}", path.display())))
}
