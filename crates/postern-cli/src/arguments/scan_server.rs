//! Asking a service about own codes that a scan found.

use std::path::PathBuf;

use clap::Args;

/// The service that is asked.
#[derive(Args)]
pub(crate) struct AskedService {
    /// Asks the service about own codes, with an application key that has the scope leaks; the report says which are live,
    /// spent, old or not ours. By the tenant's policy the sets of live ones are revoked
    #[arg(long, value_name = "URL", conflicts_with_all = ["watch", "resume"])]
    pub(crate) server: Option<String>,
    /// File with the authority (PEM) whose certificate an https:// service shows
    #[arg(long, env = "POSTERN_AUTHORITY", requires = "server")]
    pub(crate) authority: Option<PathBuf>,
    /// File with the application key; POSTERN_APPLICATION_KEY or a prompt otherwise
    #[arg(long, requires = "server")]
    pub(crate) key_file: Option<PathBuf>,
    /// Whose codes they may be, by external id or sub_…; may be given again. Only theirs are looked at then. Compact and
    /// numeric codes need it
    #[arg(long, requires = "server")]
    pub(crate) subject: Vec<String>,
}
