//! `postern key`: versions of the pepper, and the key file sealed, opened again and backed up.

use std::path::{Path, PathBuf};

use postern_app::Work;
use postern_app::operator::Command;
use postern_outside::Place;
use postern_outside::entropy::SystemEntropy;
use postern_outside::key_file::{KeyFile, Kind};
use serde_json::json;

use super::key_move;
use super::operate::{operate, watched};
use crate::arguments::{Configured, KeyFileCommand};
use crate::config::{Config, Source};
use crate::failure::Failure;
use crate::{keys, output};

/// Does one of them. The service that runs learns of a new version at once, and is not disturbed by the others.
pub(super) async fn run(command: KeyFileCommand, json: bool) -> Result<(), Failure> {
    match command {
        KeyFileCommand::List(configured) => {
            output::answer(&operate(&configured, Command::KeyList {}).await?, json);
            Ok(())
        }
        KeyFileCommand::Rotate(configured) => rotate(&configured, json).await,
        KeyFileCommand::Burn { version, sets, configured } => {
            let shown = (Work::Burning, "burning");
            let answer = watched(&configured, Command::KeyBurn { version, sets }, shown, json).await?;
            output::answer(&answer, json);
            output::message(
                "Burnt: every set of it has ended, and the holders need new ones. Copies of the key file on other nodes and in backups still have it: replace those.",
            );
            Ok(())
        }
        KeyFileCommand::Retire { version, configured } => retire(version, &configured, json).await,
        KeyFileCommand::Backup { to, passphrase_file, configured } => {
            back_up(&to, passphrase_file, &configured, json)
        }
        KeyFileCommand::Seal { old_passphrase_file, configured } => {
            seal(old_passphrase_file, &configured, json)
        }
        KeyFileCommand::Open(configured) => open(&configured, json),
        KeyFileCommand::Move(wanted) => key_move::run(wanted, json).await,
    }
}

async fn rotate(configured: &Configured, json: bool) -> Result<(), Failure> {
    let config = Config::read(&configured.config)?;
    // Every node has a key file of its own: the others must have the new version before a set needs it.
    let only_make = config.store.postgres.is_some() && !config.keys.are_shared();
    let answer = operate(configured, Command::KeyRotate { only_make }).await?;
    output::answer(&answer, json);
    let in_force = answer.get("in_force").and_then(serde_json::Value::as_bool) == Some(true);
    output::message(if in_force {
        "In force: new sets are made under it, those of before go on. Make a new backup of the keys: `postern key backup`."
    } else {
        "Made, and not in force yet. Put this key file on every node, then `postern key rotate` once more."
    });
    Ok(())
}

async fn retire(version: u16, configured: &Configured, json: bool) -> Result<(), Failure> {
    let answer = operate(configured, Command::KeyRetire { version }).await?;
    output::answer(&answer, json);
    output::message(
        "Taken away. Copies of the key file on other nodes and in backups still have it: replace those.",
    );
    Ok(())
}

fn back_up(to: &Path, passphrase_file: PathBuf, configured: &Configured, json: bool) -> Result<(), Failure> {
    let config = Config::read(&configured.config)?.keys;
    let seal = keys::read(&Source::File(passphrase_file))?;
    let place = config.file.place()?;
    KeyFile::back_up(&place, keys::passphrase(&config)?.as_ref(), to, &seal, &SystemEntropy)
        .map_err(Failure::refused)?;
    output::answer(&json!({ "backup": to }), json);
    output::message(if config.are_shared() {
        "Copied. It opens with the token or the engine only: their keys have to be backed up where they are."
    } else {
        "Written and opened once. Keep it and its passphrase apart from each other, and from backups of the data."
    });
    Ok(())
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
