//! Campaigns: ending very many sets.

use clap::{Args, Subcommand};

use super::Configured;

#[derive(Subcommand)]
pub(crate) enum CampaignCommand {
    /// Counts the sets that a campaign would end; changes nothing
    Count(CampaignOf),
    /// Ends every set that a count found, from this moment on
    Start {
        /// Why: compromised, leaked, leaver, lost, bulk, other
        #[arg(long, default_value = "bulk")]
        reason: String,
        /// What `campaign count` found
        #[arg(long)]
        sets: u64,
        /// Waits until every one of them is ended, and shows how far that is
        #[arg(long)]
        follow: bool,
        #[command(flatten)]
        of: CampaignOf,
    },
    /// Lists campaigns that are not finished, with how far they are
    List {
        /// Whose
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        configured: Configured,
    },
}

#[derive(Args)]
pub(crate) struct CampaignOf {
    /// Whose
    #[arg(long)]
    pub(crate) tenant: String,
    /// Sets that were staged before this time only (RFC 3339)
    #[arg(long)]
    pub(crate) issued_before: Option<String>,
    /// Sets of this version of the pepper only
    #[arg(long)]
    pub(crate) key_version: Option<u16>,
    #[command(flatten)]
    pub(crate) configured: Configured,
}
