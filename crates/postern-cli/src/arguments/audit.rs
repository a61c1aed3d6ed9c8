//! Evidence and its verification.

use clap::Subcommand;

use super::Configured;

#[derive(Subcommand)]
pub(crate) enum AuditCommand {
    /// Verifies logs, signatures and rows; exit code 3 if something is not as it was written
    Verify {
        /// One tenant; all if absent
        #[arg(long)]
        tenant: Option<String>,
        /// Also rebuilds every row from its events and compares
        #[arg(long)]
        replay: bool,
        #[command(flatten)]
        configured: Configured,
    },
}
