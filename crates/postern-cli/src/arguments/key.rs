//! The key file: sealed and opened.

use std::path::PathBuf;

use clap::Subcommand;

use super::Configured;

#[derive(Subcommand)]
pub(crate) enum KeyFileCommand {
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
}
