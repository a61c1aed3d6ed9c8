//! A cluster: made, started, and gone when dropped.

use std::path::Path;

use rustix::process::Signal;
use tempfile::TempDir;

use crate::process::{Process, folder, run, server};
use crate::{Bouncer, Database};

/// The port that names the socket.
pub(crate) const PORT: &str = "5432";

/// What a throwaway cluster has no need of, or a crowd of tests has.
const SETTINGS: [(&str, &str); 4] =
    [("listen_addresses", ""), ("fsync", "off"), ("max_connections", "200"), ("shared_buffers", "64MB")];

/// A cluster of its own. Dropped, it stops at once and its folder goes.
pub struct Cluster {
    // Before the folder, so that the server ends first.
    server: Process,
    settings: Vec<(String, String)>,
    environment: Vec<(String, String)>,
    folder: TempDir,
}

impl Cluster {
    /// Makes a cluster and starts it; these settings of `postgresql.conf` go before the usual ones.
    #[must_use]
    pub fn start(settings: &[(&str, &str)]) -> Self {
        Self::start_with(settings, |_| Vec::new())
    }

    /// The same, with what the server finds in its environment, given the folder of its data.
    #[must_use]
    pub fn start_with(
        settings: &[(&str, &str)],
        environment: impl Fn(&Path) -> Vec<(String, String)>,
    ) -> Self {
        let folder = folder();
        let mut initdb = server("initdb", folder.path(), "KILL");
        initdb.args(["--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "-D", "data"]);
        run(&mut initdb);
        let all = SETTINGS.iter().chain(settings);
        let settings = all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>();
        let environment = environment(&folder.path().join("data"));
        Self { server: serve(folder.path(), &settings, &environment), settings, environment, folder }
    }

    /// Makes an empty database, for as long as this cluster runs.
    #[must_use]
    pub fn database(&self) -> Database {
        Database::at(self.socket_folder().to_owned(), None)
    }

    /// The folder that holds the socket.
    #[must_use]
    pub fn socket_folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts a `PgBouncer` before this cluster.
    #[must_use]
    pub fn pgbouncer(&self) -> Bouncer {
        Bouncer::before(self.socket_folder())
    }

    /// Ends the server as if by a crash, every connection with it, and starts it again.
    pub fn restart(&mut self) {
        self.server.stop();
        self.server = serve(self.folder.path(), &self.settings, &self.environment);
    }

    /// Waits until the server answers again after a crash of its own; one that ended is started again. Whether it was.
    pub fn revive(&mut self) -> bool {
        let answers = self.server.answers_again(self.folder.path(), PORT);
        if !answers {
            self.restart();
        }
        !answers
    }
}

fn serve(folder: &Path, settings: &[(String, String)], environment: &[(String, String)]) -> Process {
    let mut postgres = server("postgres", folder, "QUIT");
    postgres.args(["-D", "data", "-p", PORT, "-k"]).arg(folder).envs(environment.iter().cloned());
    for (name, value) in settings {
        postgres.arg("-c").arg(format!("{name}={value}"));
    }
    Process::start(postgres, Signal::QUIT, folder, PORT)
}
