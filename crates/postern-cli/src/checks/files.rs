//! The key file and the anchor file.

use postern_outside::key_file::{KeyFile, Kind};

use super::{Finding, advice, danger, ok};
use crate::config::{self, Config};
use crate::failure::Failure;
use crate::{elsewhere, keys};

/// The finding about the anchor.
pub(super) const ANCHOR: &str = "anchor-file";

/// Whether both are there, whole, and for the owner alone.
pub(super) fn files(config: &Config) -> Vec<Finding> {
    let keys = key_file(&config.keys).unwrap_or_else(|fault| {
        danger(
            "key-file",
            format!("{fault}."),
            "Without its keys an installation can neither test a code nor prove what it did.",
            "Put the installation's key file there, mode 0600, owned by the service's user.",
        )
    });
    let anchor = match elsewhere::look(&config.anchor) {
        Ok(_) => ok(ANCHOR, "The anchor can be read."),
        Err(fault) => danger(
            ANCHOR,
            format!("{fault}."),
            "Nothing tells whether the records were set back to an older time.",
            "Put this node's newest anchor file back. Never make a new one for old records.",
        ),
    };
    vec![keys, anchor]
}

fn key_file(config: &config::Keys) -> Result<Finding, Failure> {
    let kind = KeyFile::kind(&config.file.place()?).map_err(Failure::refused)?;
    drop(keys::open(config)?);
    let whose = match config.file.path() {
        Some(_) => "for its owner alone",
        None => "a credential",
    };
    Ok(match kind {
        Kind::Plain if config.passphrase_file.is_some() => advice(
            "key-file-plain",
            "The key file is plain, and the configuration names a passphrase.",
            "Whoever reads the file has the keys, without the passphrase.",
            "Run `postern key seal`, or take keys.passphrase_file out.",
        ),
        Kind::Plain => ok("key-file", format!("The key file is whole, plain, and {whose}.")),
        Kind::Sealed => {
            ok("key-file", format!("The key file is whole, sealed with a passphrase, and {whose}."))
        }
        Kind::Token => {
            let found = format!("The token has its keys. The key file is whole, sealed by it, and {whose}.");
            ok("key-file", found)
        }
        Kind::Transit => {
            let found =
                format!("The transit engine has its keys. The key file is whole, sealed by it, and {whose}.");
            ok("key-file", found)
        }
    })
}
