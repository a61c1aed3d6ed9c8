//! The anchor on another host, and the counterpart that keeps it there.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Configured;

#[derive(Subcommand)]
pub(crate) enum AnchorCommand {
    /// Moves the anchor from its file to the host that the configuration names; never overwrites one
    Move(Configured),
}

#[derive(Args)]
pub(crate) struct Keep {
    /// The folder that keeps anchors and bundles; it must be there
    #[arg(long)]
    pub(crate) folder: PathBuf,
    /// Where to listen; without a certificate on a loopback address only
    #[arg(long)]
    pub(crate) listen: SocketAddr,
    /// The certificate to show, and those up to its authority, in PEM
    #[arg(long, requires = "key")]
    pub(crate) certificate: Option<PathBuf>,
    /// Its private key, for nobody else to read
    #[arg(long, requires = "certificate")]
    pub(crate) key: Option<PathBuf>,
    /// Lets nobody in without a certificate of this authority
    #[arg(long, requires = "certificate")]
    pub(crate) client_authority: Option<PathBuf>,
    /// A file whose first line is the token for anchors, at least 32 characters
    #[arg(long)]
    pub(crate) anchor_token_file: PathBuf,
    /// A file whose first line is the token for bundles: another one
    #[arg(long)]
    pub(crate) shipping_token_file: PathBuf,
}
