//! The keys of a configuration.

use std::path::Path;
use std::sync::Arc;

use postern_core::ports::Keys;
use postern_outside::key_file::{KeyFile, Passphrase};

use crate::config::{self, Source};
use crate::failure::Failure;

/// Opens them.
pub(crate) fn open(config: &config::Keys) -> Result<Arc<dyn Keys>, Failure> {
    let (place, passphrase) = (config.file.place()?, passphrase(config)?);
    let keys = KeyFile::open_with(&place, passphrase.as_ref()).map_err(Failure::refused)?;
    Ok(Arc::new(keys))
}

/// The passphrase that the configuration names.
pub(crate) fn passphrase(config: &config::Keys) -> Result<Option<Passphrase>, Failure> {
    config.passphrase_file.as_ref().map(read).transpose()
}

/// Reads a passphrase.
pub(crate) fn read(source: &Source) -> Result<Passphrase, Failure> {
    Passphrase::read(&source.place()?).map_err(Failure::refused)
}

/// The key file, which a command is about to write.
pub(crate) fn own_file(config: &config::Keys) -> Result<&Path, Failure> {
    config.file.path().ok_or_else(|| {
        Failure::refused(format!(
            "{} is not a file that a command may write. Do this where the credential is made",
            config.file
        ))
    })
}
