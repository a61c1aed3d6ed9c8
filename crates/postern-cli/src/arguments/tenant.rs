//! Tenants, and what new sets of a tier are like.

use clap::{Args, Subcommand};

use super::Configured;

#[derive(Subcommand)]
pub(crate) enum TenantCommand {
    /// Creates a tenant
    Create {
        /// What people call it
        name: String,
        /// Prefix of its codes, 2 to 6 letters
        #[arg(long)]
        prefix: Option<String>,
        #[command(flatten)]
        configured: Configured,
    },
    /// Lists tenants
    List {
        #[command(flatten)]
        configured: Configured,
    },
    /// Changes the prefix, or what new sets of a tier are like
    Change(TenantChange),
}

#[derive(Args)]
pub(crate) struct TenantChange {
    /// Which tenant
    pub(crate) tenant: String,
    /// A new prefix; the one before stays in use beside it
    #[arg(long)]
    pub(crate) prefix: Option<String>,
    /// Keeps the kinds of codes from now on, so that sets may have canary and duress codes: once every node runs this
    /// release
    #[arg(long)]
    pub(crate) keep_kinds: bool,
    /// The tier whose settings change
    #[arg(long)]
    pub(crate) tier: Option<String>,
    /// Format of new sets: standard, compact, numeric
    #[arg(long, requires = "tier")]
    pub(crate) format: Option<String>,
    /// Codes of a new set
    #[arg(long, requires = "tier")]
    pub(crate) count: Option<u8>,
    /// Days that a new set works
    #[arg(long, requires = "tier")]
    pub(crate) lifetime_days: Option<u32>,
    /// A warning goes with every acceptance that leaves at most this many
    #[arg(long, requires = "tier")]
    pub(crate) low_stock: Option<u8>,
    /// How compact and numeric codes are stretched: argon2id, pbkdf2
    #[arg(long, requires = "tier")]
    pub(crate) stretch: Option<String>,
    /// What follows when a live code of the tier was found where it should not be: revoke (its set), alarm (an event)
    #[arg(long, requires = "tier", conflicts_with_all = ["format", "count", "lifetime_days", "low_stock", "stretch", "prefix", "keep_kinds"])]
    pub(crate) leaks: Option<String>,
    #[command(flatten)]
    pub(crate) configured: Configured,
}
