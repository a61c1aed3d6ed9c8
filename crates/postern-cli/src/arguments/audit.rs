//! Evidence and its verification.

use std::path::PathBuf;

use clap::{Args, Subcommand};

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
        /// A folder of `audit export`, made before events were thinned: rows that began with them are rebuilt too
        #[arg(long, requires = "replay", requires = "tenant", value_name = "FOLDER")]
        with: Option<PathBuf>,
        #[command(flatten)]
        configured: Configured,
    },
    /// Writes one event with the proof that it is in its log, in one file
    Proof(AuditProof),
    /// Writes a log to a new folder: checkpoint, entries and tiles
    Export {
        /// Whose
        #[arg(long)]
        tenant: String,
        /// A folder that is not there yet, or is empty
        folder: PathBuf,
        #[command(flatten)]
        configured: Configured,
    },
    /// Lists uses of canary and duress codes, which the events show to nobody else
    Alarms {
        /// Whose
        #[arg(long)]
        tenant: String,
        /// After the event with this index
        #[arg(long)]
        after: Option<u64>,
        /// How many at most
        #[arg(long, default_value_t = 100)]
        limit: usize,
        #[command(flatten)]
        configured: Configured,
    },
    /// Completes data that are older than their anchor from shipped events, or revokes what is not certain
    Resolve {
        /// The folder that events were shipped to; the configuration's if absent
        #[arg(long)]
        shipped: Option<PathBuf>,
        #[command(flatten)]
        configured: Configured,
    },
    /// Checks a proof or an exported log offline; exit code 3 if it does not hold
    Check {
        /// A file of `audit proof`, or a folder of `audit export`
        path: PathBuf,
        /// The log's verifier key, got on another way than the file: name+id+key
        #[arg(long)]
        key: String,
        /// The verifier key of a witness that you trust, got on another way than the file; repeatable
        #[arg(long)]
        witness: Vec<String>,
        /// A checkpoint kept from before, which the exported log must continue
        #[arg(long)]
        kept: Option<PathBuf>,
    },
}

#[derive(Args)]
pub(crate) struct AuditProof {
    /// evt_…, or the event's index in the log
    pub(crate) event: String,
    /// Whose
    #[arg(long)]
    pub(crate) tenant: String,
    /// Where to; the event's id with `.tlog-proof` if absent
    #[arg(long)]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) configured: Configured,
}
