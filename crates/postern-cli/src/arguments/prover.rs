//! Provers and their public keys.

use std::path::PathBuf;

use clap::Subcommand;

use super::Configured;

#[derive(Subcommand)]
pub(crate) enum ProverCommand {
    /// Registers a prover's public key, read as a JSON Web Key from a file
    Add {
        /// What people call it
        name: String,
        /// Whose
        #[arg(long)]
        tenant: String,
        /// The `iss` of its assertions
        #[arg(long)]
        issuer: String,
        /// File with the public key: OKP Ed25519 or EC P-256
        #[arg(long)]
        key: PathBuf,
        /// The highest level that it may vouch for: aal1, aal2, aal3
        #[arg(long, default_value = "aal2")]
        most: String,
        #[command(flatten)]
        configured: Configured,
    },
    /// Lists a tenant's provers
    List {
        /// Whose
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        configured: Configured,
    },
    /// Takes a prover out of use
    Revoke {
        /// Which
        prover: String,
        /// Whose
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        configured: Configured,
    },
}
