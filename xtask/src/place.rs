//! Where things are: the repository and the folder that cargo builds in.

use std::path::{Path, PathBuf};

use cargo_metadata::MetadataCommand;

use crate::Done;

/// The repository's folder.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// The folder that cargo builds in; whatever xtask makes or installs goes there too.
pub(crate) fn target() -> Done<PathBuf> {
    let metadata = MetadataCommand::new().current_dir(root()).no_deps().exec();
    let metadata = metadata
        .map_err(|fault| format!("cargo metadata failed. Mend the Cargo.toml that it names: {fault}"))?;
    Ok(metadata.target_directory.into_std_path_buf())
}

/// A built program: of the `ci` profile, at `path` below its folder.
pub(crate) fn built(path: &str) -> Done<PathBuf> {
    Ok(target()?.join("ci").join(path))
}
