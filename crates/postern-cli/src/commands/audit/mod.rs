//! `postern audit`: verifying what is here, giving evidence away, and checking it elsewhere.

mod alarms;
mod check;
mod export;
mod files;
mod proof;
mod verify;

use std::process::ExitCode;

use crate::arguments::AuditCommand;
use crate::failure::Failure;

/// Does what was typed; exit code 3 if something is not as it was written.
pub(super) async fn run(command: AuditCommand, json: bool) -> Result<ExitCode, Failure> {
    match command {
        AuditCommand::Verify { tenant, replay, with, configured } => {
            verify::verify(tenant, replay, with, configured, json).await
        }
        AuditCommand::Proof(proof) => proof::prove(proof, json).await,
        AuditCommand::Export { tenant, folder, configured } => {
            export::export(&tenant, &folder, &configured, json).await
        }
        AuditCommand::Alarms { tenant, after, limit, configured } => {
            alarms::list(&tenant, after, limit, &configured, json).await
        }
        AuditCommand::Resolve { shipped, configured } => {
            super::backup::resolve(shipped.as_deref(), &configured, json).await
        }
        AuditCommand::Check { path, key, witness, kept } => {
            check::check(&path, &key, (&witness, kept.as_deref()), json)
        }
    }
}
