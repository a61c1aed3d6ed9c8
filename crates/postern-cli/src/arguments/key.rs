//! Keys: the pepper's versions, and the key file sealed, opened and backed up.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Configured, Keeper};

#[derive(Subcommand)]
pub(crate) enum KeyFileCommand {
    /// Lists the versions of the pepper, and how many sets need each
    List(Configured),
    /// Makes a new version of the pepper, under which new sets are made from then on
    Rotate(Configured),
    /// Ends every set of a version of the pepper that somebody else may have, then takes it away
    Burn {
        /// Its number
        version: u16,
        /// How many sets need it, as `key list` says
        #[arg(long)]
        sets: u64,
        #[command(flatten)]
        configured: Configured,
    },
    /// Takes away a version of the pepper that no set needs any more
    Retire {
        /// Its number
        version: u16,
        #[command(flatten)]
        configured: Configured,
    },
    /// Writes a copy of the key file, sealed with a passphrase of its own
    Backup {
        /// File to write; it must not be there yet
        to: PathBuf,
        /// File whose first line is the passphrase of the copy
        #[arg(long)]
        passphrase_file: PathBuf,
        #[command(flatten)]
        configured: Configured,
    },
    /// Seals the key file with the passphrase that the configuration names
    Seal {
        /// File with the passphrase that it is sealed with until now, to change that
        #[arg(long)]
        old_passphrase_file: Option<PathBuf>,
        #[command(flatten)]
        configured: Configured,
    },
    /// Makes a sealed key file a plain one
    Open(Configured),
    /// Moves the keys from a key file to another one, into a token or into a transit engine; while nothing is served
    Move(KeyMove),
}

#[derive(Args)]
pub(crate) struct KeyMove {
    /// Key file of the new place, to write
    #[arg(long, value_name = "FILE")]
    pub(crate) to: PathBuf,
    #[command(flatten)]
    pub(crate) keeper: Keeper,
    #[command(flatten)]
    pub(crate) configured: Configured,
}
