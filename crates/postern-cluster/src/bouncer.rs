//! Debian's `PgBouncer` before a cluster, one server connection per transaction.

use std::fs;
use std::path::Path;

use rustix::process::Signal;
use tempfile::TempDir;

use crate::Database;
use crate::process::{Process, folder, server, url};

const PORT: &str = "6432";

/// A running `PgBouncer` with `pool_mode=transaction`. Dropped, it ends.
pub struct Bouncer {
    // Before the folder, so that the server ends first.
    _server: Process,
    folder: TempDir,
}

impl Bouncer {
    pub(crate) fn before(socket: &Path) -> Self {
        let folder = folder();
        let settings = format!(
            "[databases]\n* = host={} port={} user=postgres\n\
             [pgbouncer]\nlisten_port = {PORT}\nunix_socket_dir = {}\n\
             auth_type = any\npool_mode = transaction\nmax_client_conn = 500\n",
            socket.display(),
            crate::cluster::PORT,
            folder.path().display(),
        );
        fs::write(folder.path().join("pgbouncer.ini"), settings).unwrap();
        let mut pgbouncer = server("pgbouncer", folder.path(), "TERM");
        pgbouncer.arg("pgbouncer.ini");
        let server = Process::start(pgbouncer, Signal::TERM, folder.path(), PORT);
        Self { _server: server, folder }
    }

    /// Where a database of the cluster behind is reached through this.
    #[must_use]
    pub fn url(&self, database: &Database) -> String {
        url(self.folder.path(), PORT, database.name())
    }
}
