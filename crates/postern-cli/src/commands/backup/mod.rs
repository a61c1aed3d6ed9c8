//! `postern backup`: copies while the service runs, and lays a copy down again.

mod resolve;
mod restore;

use std::path::Path;
use std::process::ExitCode;

use postern_app::Work;
use postern_app::operator::Command;

pub(super) use self::resolve::resolve;
use super::operate::watched;
use crate::arguments::{BackupCommand, Configured};
use crate::failure::Failure;
use crate::output;

/// Does what was typed.
pub(super) async fn run(command: BackupCommand, json: bool) -> Result<ExitCode, Failure> {
    match command {
        BackupCommand::Create { folder, configured } => create(&folder, &configured, json).await,
        BackupCommand::Restore(restore) => restore::run(restore, json).await,
    }
}

async fn create(folder: &Path, configured: &Configured, json: bool) -> Result<ExitCode, Failure> {
    // The service that makes it may stand in another folder.
    let folder = std::path::absolute(folder).map_err(Failure::refused)?;
    let shown = (Work::Backup, "copying");
    let made = watched(configured, Command::BackupCreate { folder }, shown, json).await?;
    output::answer(&made, json);
    output::message(
        "The keys are not in it: keep the key file apart. Remove the file `keyring` of backups that are older than 30 days: none is restored with it.",
    );
    Ok(ExitCode::SUCCESS)
}
