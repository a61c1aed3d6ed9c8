//! Applications and their keys.

use clap::{Args, Subcommand};
use ipnet::IpNet;

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
    /// Says anew from where an application's keys work; what is not given stays
    Bind {
        /// Which application
        application: String,
        /// Whose
        #[arg(long)]
        tenant: String,
        /// Networks, such as 192.0.2.0/24
        #[arg(long, value_delimiter = ',', required_unless_present_any = ["certificates", "anywhere", "any_certificate"])]
        addresses: Option<Vec<IpNet>>,
        /// SHA-256, in hexadecimal, of the public keys of its certificates
        #[arg(long, value_delimiter = ',', value_parser = certificate)]
        certificates: Option<Vec<String>>,
        /// From every network
        #[arg(long, conflicts_with = "addresses")]
        anywhere: bool,
        /// Without a certificate, or with any that is verified
        #[arg(long, conflicts_with = "certificates")]
        any_certificate: bool,
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
    /// What it may do, separated by commas: events:read, leaks, log:read, redeem, rehearse, sets:revoke, sets:stage, subjects:read, subjects:tier-raise, subjects:write
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
    /// Networks that its keys work from, such as 192.0.2.0/24; everywhere if none
    #[arg(long, value_delimiter = ',')]
    pub(crate) addresses: Vec<IpNet>,
    /// SHA-256, in hexadecimal, of the public keys of its certificates (docs/operations/tls.md); with one given, its keys
    /// work over mutual TLS only
    #[arg(long, value_delimiter = ',', value_parser = certificate)]
    pub(crate) certificates: Vec<String>,
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
        /// Days until it stops working by itself; it does not if absent
        #[arg(long)]
        days: Option<u32>,
        #[command(flatten)]
        configured: Configured,
    },
    /// Makes a key in place of the one that there is, and shows it, once; the old one works on for a while
    Rotate {
        /// Which application
        application: String,
        /// Whose
        #[arg(long)]
        tenant: String,
        /// Hours for which both work, up to 720
        #[arg(long, default_value_t = 24)]
        overlap_hours: u32,
        /// Days until the new one stops working by itself; it does not if absent
        #[arg(long)]
        days: Option<u32>,
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

/// SHA-256 in hexadecimal, with or without colons, as one text.
fn certificate(text: &str) -> Result<String, String> {
    let plain = text.replace(':', "").to_ascii_lowercase();
    let fits = plain.len() == 64 && plain.bytes().all(|byte| byte.is_ascii_hexdigit());
    if fits { Ok(plain) } else { Err("SHA-256 in hexadecimal has 64 digits".to_owned()) }
}
