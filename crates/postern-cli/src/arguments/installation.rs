//! What starts, makes and looks at an installation.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Configured;

#[derive(Args)]
pub(crate) struct Demo {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:7878")]
    pub(crate) listen: std::net::SocketAddr,
    /// Folder for the data, removed at the end; a temporary one if absent
    #[arg(long)]
    pub(crate) data: Option<PathBuf>,
    /// An empty PostgreSQL database in place of the folder; it is left behind
    #[arg(long)]
    pub(crate) postgres: Option<String>,
    /// How much the service's own log says: error, warn, info, debug, trace
    #[arg(long, default_value = "warn")]
    pub(crate) log: String,
}

#[derive(Subcommand)]
pub(crate) enum ConfigCommand {
    /// Checks a configuration and says what would be used
    Check(Configured),
    /// Prints the commented reference
    Reference,
}
