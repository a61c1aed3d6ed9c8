//! Sets and codes: issued, tried, redeemed, revoked, looked at.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::Configured;

#[derive(Args)]
pub(crate) struct Issue {
    /// sub_… or the external id
    pub(crate) subject: String,
    /// Why: renew, lost, compromised
    #[arg(long, default_value = "renew")]
    pub(crate) reason: String,
    /// Another format than the tier's
    #[arg(long)]
    pub(crate) format: Option<String>,
    /// Another count than the tier's
    #[arg(long)]
    pub(crate) count: Option<u8>,
    #[command(flatten)]
    pub(crate) remote: Remote,
}

#[derive(Args)]
pub(crate) struct Rehearse {
    /// sub_… or the external id
    pub(crate) subject: String,
    #[command(flatten)]
    pub(crate) remote: Remote,
}

#[derive(Args)]
pub(crate) struct Redeem {
    /// sub_… or the external id
    pub(crate) subject: String,
    /// The login transaction; a random one if absent
    #[arg(long)]
    pub(crate) txn: Option<String>,
    #[command(flatten)]
    pub(crate) remote: Remote,
}

/// Where a service is and who asks.
#[derive(Args)]
pub(crate) struct Remote {
    /// The service
    #[arg(long, default_value = "http://127.0.0.1:7878", env = "POSTERN_URL")]
    pub(crate) url: String,
    /// File with the authority (PEM) whose certificate an https:// service shows
    #[arg(long, env = "POSTERN_AUTHORITY")]
    pub(crate) authority: Option<PathBuf>,
    /// File with the application key; POSTERN_APPLICATION_KEY or a prompt otherwise
    #[arg(long)]
    pub(crate) key_file: Option<PathBuf>,
    /// File with a prover's signed assertion
    #[arg(long, conflicts_with = "assurance")]
    pub(crate) assertion: Option<PathBuf>,
    /// How the holder signed in, LEVEL:METHOD such as aal2:otp; only where the application's word is taken
    #[arg(long)]
    pub(crate) assurance: Option<String>,
}

#[derive(Args)]
pub(crate) struct Revoke {
    /// set_…
    pub(crate) set: String,
    /// One code by number
    #[arg(long)]
    pub(crate) slot: Option<u8>,
    /// Why: compromised, leaked, leaver, lost, other
    #[arg(long)]
    pub(crate) reason: String,
    /// Whose
    #[arg(long)]
    pub(crate) tenant: String,
    #[command(flatten)]
    pub(crate) configured: Configured,
}

#[derive(Subcommand)]
pub(crate) enum CodeCommand {
    /// Reads one word from standard input and says what it is; the answer shows the code, so type none that is in use
    Inspect {
        /// The prefix in use
        #[arg(long, default_value = "PSTN")]
        prefix: String,
    },
    /// Prints patterns of own codes for other people's scanners
    Patterns {
        /// Which scanner
        #[arg(long = "for", value_enum)]
        scanner: PatternsFor,
        /// A prefix that codes of this organisation have or had; may be given again
        #[arg(long, default_value = "PSTN")]
        prefix: Vec<String>,
    },
}

/// A scanner that takes patterns.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PatternsFor {
    /// A .gitleaks.toml
    Gitleaks,
    /// A file of rules for kingfisher
    Kingfisher,
    /// Custom detectors of TruffleHog
    Trufflehog,
    /// Custom patterns of GitHub's secret scanning
    Github,
}
