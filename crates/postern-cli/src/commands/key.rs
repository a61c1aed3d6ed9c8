//! `postern key`: the key file sealed with a passphrase, and opened again.

use std::path::PathBuf;

use postern_outside::Place;
use postern_outside::entropy::SystemEntropy;
use postern_outside::key_file::{KeyFile, Kind};
use serde_json::json;

use crate::arguments::{Configured, KeyFileCommand};
use crate::config::{Config, Source};
use crate::failure::Failure;
use crate::{keys, output};

/// Does one of them. The service that runs has its keys already and is not disturbed.
pub(super) fn run(command: KeyFileCommand, json: bool) -> Result<(), Failure> {
    match command {
        KeyFileCommand::Seal { old_passphrase_file, configured } => {
            seal(old_passphrase_file, &configured, json)
        }
        KeyFileCommand::Open(configured) => open(&configured, json),
    }
}

fn seal(old: Option<PathBuf>, configured: &Configured, json: bool) -> Result<(), Failure> {
    let config = Config::read(&configured.config)?.keys;
    let path = keys::own_file(&config)?;
    let passphrase = keys::passphrase(&config)?
        .ok_or_else(|| Failure::Usage("keys.passphrase_file names no file yet: name one".to_owned()))?;
    let old = old.map(|path| keys::read(&Source::File(path))).transpose()?;
    let kind = KeyFile::kind(&Place::File(path.to_owned())).map_err(Failure::refused)?;
    if kind == Kind::Sealed && old.is_none() {
        let why = "is sealed already. To change the passphrase, name the old one with --old-passphrase-file";
        return Err(Failure::refused(format!("{} {why}", path.display())));
    }
    KeyFile::seal(path, old.as_ref(), &passphrase, &SystemEntropy).map_err(Failure::refused)?;
    output::answer(&json!({ "keys": path, "sealed": true }), json);
    output::message(
        "Sealed. Without the passphrase it is worth nothing: keep a copy of both, apart from each other. The plain \
         file may still be found in backups and on the disk where it lay.",
    );
    Ok(())
}

fn open(configured: &Configured, json: bool) -> Result<(), Failure> {
    let config = Config::read(&configured.config)?.keys;
    let path = keys::own_file(&config)?;
    if KeyFile::kind(&Place::File(path.to_owned())).map_err(Failure::refused)? == Kind::Plain {
        return Err(Failure::refused(format!("{} is not sealed", path.display())));
    }
    let passphrase = keys::passphrase(&config)?.ok_or_else(|| {
        Failure::Usage("keys.passphrase_file is what the key file is opened with: name it".to_owned())
    })?;
    KeyFile::unseal(path, &passphrase).map_err(Failure::refused)?;
    output::answer(&json!({ "keys": path, "sealed": false }), json);
    output::message("Opened. Whoever reads this file has the keys. Take keys.passphrase_file out now.");
    Ok(())
}
