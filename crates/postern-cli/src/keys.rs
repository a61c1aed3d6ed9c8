//! The keys of a configuration.

use std::path::Path;
use std::sync::Arc;

use postern_core::ports::Keys;
use postern_outside::entropy::SystemEntropy;
use postern_outside::key_file::{KeyFile, Moving, Passphrase};
use postern_outside::token_keys::{Token, TokenKeys};
use postern_outside::transit_keys::{self, TransitKeys};

use crate::config::{self, Pkcs11, Source, Transit};
use crate::failure::Failure;

/// Opens them.
pub(crate) fn open(config: &config::Keys) -> Result<Arc<dyn Keys>, Failure> {
    let place = config.file.place()?;
    if let Some(named) = &config.pkcs11 {
        let keys = TokenKeys::open(token(named)?, &place).map_err(Failure::refused)?;
        return Ok(Arc::new(keys));
    }
    if let Some(named) = &config.transit {
        let keys = TransitKeys::open(engine(named)?, &place).map_err(Failure::refused)?;
        return Ok(Arc::new(keys));
    }
    let passphrase = passphrase(config)?;
    let keys = KeyFile::open_with(&place, passphrase.as_ref()).map_err(Failure::refused)?;
    Ok(Arc::new(keys))
}

/// Makes new ones.
pub(crate) fn make(config: &config::Keys) -> Result<Arc<dyn Keys>, Failure> {
    let path = own_file(config)?;
    if let Some(named) = &config.pkcs11 {
        let keys = TokenKeys::create(token(named)?, path, &SystemEntropy).map_err(Failure::refused)?;
        return Ok(Arc::new(keys));
    }
    if let Some(named) = &config.transit {
        let keys = TransitKeys::create(engine(named)?, path, &SystemEntropy).map_err(Failure::refused)?;
        return Ok(Arc::new(keys));
    }
    let passphrase = passphrase(config)?;
    let keys = KeyFile::create_with(path, passphrase.as_ref(), &SystemEntropy);
    Ok(Arc::new(keys.map_err(Failure::refused)?))
}

/// Brings keys to the place that a configuration names.
pub(crate) fn bring(moving: &Moving, to: &config::Keys) -> Result<(), Failure> {
    let path = own_file(to)?;
    let brought = if let Some(named) = &to.pkcs11 {
        TokenKeys::bring(moving, &token(named)?, path, &SystemEntropy)
    } else if let Some(named) = &to.transit {
        TransitKeys::bring(moving, &engine(named)?, path, &SystemEntropy)
    } else {
        moving.into_file(path, passphrase(to)?.as_ref(), &SystemEntropy)
    };
    brought.map_err(Failure::refused)
}

/// The token that a configuration names.
fn token(named: &Pkcs11) -> Result<Token, Failure> {
    let pin = named.pin_file.place()?;
    Token::new(named.module.clone(), named.token.clone(), &pin).map_err(Failure::refused)
}

/// The transit engine that a configuration names.
fn engine(named: &Transit) -> Result<transit_keys::Transit, Failure> {
    let token = named.token_file.place()?;
    transit_keys::Transit::new(&named.url, token, named.ca_file.clone()).map_err(Failure::refused)
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
