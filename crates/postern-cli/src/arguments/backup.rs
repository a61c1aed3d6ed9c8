//! Backups: made, and laid down again.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Configured;

#[derive(Subcommand)]
pub(crate) enum BackupCommand {
    /// Copies everything as it is at one moment to a new folder, also while the service runs; never the keys
    Create {
        /// A folder that is not there yet, or is empty
        folder: PathBuf,
        #[command(flatten)]
        configured: Configured,
    },
    /// Lays a backup down as a new data folder and completes it from what was shipped since; exit code 3 if events
    /// are missing still
    Restore(Restore),
}

#[derive(Args)]
pub(crate) struct Restore {
    /// A folder of `backup create`
    pub(crate) backup: PathBuf,
    /// The folder that events were shipped to; the configuration's if absent
    #[arg(long)]
    pub(crate) shipped: Option<PathBuf>,
    /// The new data folder; the configuration's if absent
    #[arg(long)]
    pub(crate) to: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) configured: Configured,
}
