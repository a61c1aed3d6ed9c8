//! Applications and their keys.

use clap::{Args, Subcommand};

use super::Configured;

#[derive(Subcommand)]
pub(crate) enum ApplicationCommand {
    /// Creates an application and shows its key, once
    Create(ApplicationCreate),
    /// Lists a tenant's applications
    List {
        /// Whose
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        configured: Configured,
    },
    /// Keys of an application
    #[command(subcommand)]
    Key(KeyCommand),
}

#[derive(Args)]
pub(crate) struct ApplicationCreate {
    /// What people call it
    pub(crate) name: String,
    /// Whose
    #[arg(long)]
    pub(crate) tenant: String,
    /// What it may do, separated by commas: events:read, log:read, redeem, rehearse, sets:revoke, sets:stage, subjects:read, subjects:tier-raise, subjects:write
    #[arg(long, value_delimiter = ',', required = true)]
    pub(crate) scopes: Vec<String>,
    /// To which tiers: standard, elevated, privileged, break_glass, service. Events and the log are the whole
    /// tenant's: events:read and log:read work with all five only
    #[arg(long, value_delimiter = ',', default_value = "standard")]
    pub(crate) tiers: Vec<String>,
    /// Restrictions after a recovery that it enforces: enrol
    #[arg(long, value_delimiter = ',')]
    pub(crate) enforces: Vec<String>,
    /// Stagings per hour
    #[arg(long, default_value_t = postern_core::application::Caps::SHIPPED.stage)]
    pub(crate) stage_cap: u32,
    /// Revocations per hour
    #[arg(long, default_value_t = postern_core::application::Caps::SHIPPED.revoke)]
    pub(crate) revoke_cap: u32,
    #[command(flatten)]
    pub(crate) configured: Configured,
}

#[derive(Subcommand)]
pub(crate) enum KeyCommand {
    /// Makes a second key and shows it, once
    Create {
        /// Which application
        application: String,
        /// Whose
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        configured: Configured,
    },
    /// Revokes a key
    Revoke {
        /// Which application
        application: String,
        /// The key's number
        number: u32,
        /// Whose
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        configured: Configured,
    },
}
