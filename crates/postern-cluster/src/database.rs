//! A database of its own, on the cluster that `cargo xtask test` shares out, or on one of this process.

use std::hash::{BuildHasher as _, RandomState};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::process::{program, psql, run, url};
use crate::{Bouncer, Cluster, cluster};

/// The environment variable that names the socket folder of a shared cluster.
pub const SHARED_CLUSTER: &str = "POSTERN_TEST_POSTGRES";

/// This process's cluster, as long as a database of it is in use: what is static is never dropped.
static OWN: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());

/// An empty database of its own. Dropped, it is dropped, whoever is still connected.
pub struct Database {
    socket: PathBuf,
    name: String,
    _cluster: Option<Arc<Cluster>>,
}

impl Database {
    /// Makes one on the shared cluster; if there is none, on a cluster that ends with its last database.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it starts programs: nothing to happen by default")]
    pub fn new() -> Self {
        if let Some(socket) = std::env::var_os(SHARED_CLUSTER) {
            return Self::at(socket.into(), None);
        }
        let mut own = OWN.lock().unwrap_or_else(PoisonError::into_inner);
        let cluster = own.upgrade().unwrap_or_else(|| Arc::new(Cluster::start(&[])));
        *own = Arc::downgrade(&cluster);
        drop(own);
        Self::at(cluster.socket_folder().to_owned(), Some(cluster))
    }

    pub(crate) fn at(socket: PathBuf, cluster: Option<Arc<Cluster>>) -> Self {
        let name = format!("postern_{:016x}", RandomState::new().hash_one(std::process::id()));
        run(&mut psql(&maintenance(&socket), format!("CREATE DATABASE {name} TEMPLATE template0")));
        Self { socket, name, _cluster: cluster }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it is, as `name=value` pairs.
    #[must_use]
    pub fn url(&self) -> String {
        url(&self.socket, cluster::PORT, &self.name)
    }

    /// Runs SQL; the rows, columns parted by `|`. More than one statement is one transaction.
    pub fn psql(&self, sql: &str) -> String {
        run(&mut psql(&self.url(), sql))
    }

    /// Everything in it, as `pg_dump` writes it: from one moment, whoever works meanwhile.
    #[must_use]
    pub fn dump(&self) -> String {
        run(Command::new(program("pg_dump")).args(["--no-owner", "--dbname"]).arg(self.url()))
    }

    /// Puts what was dumped in the place of everything in it.
    pub fn put_back(&self, dump: &str) {
        self.psql("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), dump).unwrap();
        run(psql(&self.url(), "SELECT 1").arg("--file").arg(file.path()));
    }

    /// Starts a `PgBouncer` before its cluster.
    #[must_use]
    pub fn pgbouncer(&self) -> Bouncer {
        Bouncer::before(&self.socket)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // If its cluster is gone, so is the database.
        let _ = psql(&maintenance(&self.socket), sql).output();
    }
}

fn maintenance(socket: &Path) -> String {
    url(socket, cluster::PORT, "postgres")
}
