//! An installation on a data folder, or of two nodes on a database.

use std::fs;
use std::path::PathBuf;

use postern_cluster::{Cluster, Database};
use postern_testkit::installed::{Installed, Serving};
use serde_json::Value;

use crate::POSTERN;
use crate::faults::Disk;

/// An installation and what it stands on. What is first is dropped first.
pub(crate) struct Site {
    pub(crate) installed: Installed,
    _database: Option<Database>,
    pub(crate) cluster: Option<Cluster>,
}

impl Site {
    pub(crate) fn on_a_folder() -> Self {
        Self { installed: Installed::new(POSTERN), _database: None, cluster: None }
    }

    /// Two nodes on the shared cluster.
    pub(crate) fn on_a_database() -> Self {
        let database = Database::new();
        let site = Self { installed: two_nodes(&database), _database: Some(database), cluster: None };
        site.tolerates("\"fsync-off\"");
        site
    }

    /// Two nodes on a cluster of their own, which flushes; with more settings of it.
    pub(crate) fn on_a_cluster(settings: &[(&str, &str)]) -> Self {
        Self::on(Cluster::start(&[&[("fsync", "on")], settings].concat()))
    }

    /// The same, with the cluster's data on a disk that can be spoilt.
    pub(crate) fn on_a_disk(disk: &Disk) -> Self {
        Self::on(Cluster::start_with(&[("fsync", "on")], |data| disk.environment(data)))
    }

    fn on(cluster: Cluster) -> Self {
        let database = cluster.database();
        Self { installed: two_nodes(&database), _database: Some(database), cluster: Some(cluster) }
    }

    /// Serves in spite of these dangers.
    pub(crate) fn tolerates(&self, dangers: &str) {
        for folder in self.folders() {
            let path = folder.join("postern.toml");
            let text = fs::read_to_string(&path).unwrap();
            fs::write(path, text.replace("tolerate = []", &format!("tolerate = [{dangers}]"))).unwrap();
        }
    }

    /// The folder of every node.
    fn folders(&self) -> Vec<PathBuf> {
        let second = self.installed.folder.path().join("second");
        [self.installed.home(), second].into_iter().filter(|folder| folder.exists()).collect()
    }

    /// Starts every node.
    pub(crate) fn serve(&self) -> Vec<Serving> {
        (0..self.folders().len()).map(|node| self.serve_one(node)).collect()
    }

    /// Starts a node.
    pub(crate) fn serve_one(&self, node: usize) -> Serving {
        Serving::begin(POSTERN.as_ref(), &self.folders()[node], &[])
    }

    /// Every row is what its events make, and the log is whole.
    pub(crate) fn verify(&self) {
        let verified = self.installed.command(&["audit", "verify", "--replay", "--json"], "");
        let told = String::from_utf8_lossy(&verified.stdout).into_owned();
        assert_eq!(verified.status.code(), Some(0), "{told}");
        let told: Value = serde_json::from_str(&told).unwrap();
        assert_eq!(told["verified"], true, "{told}");
    }
}

fn two_nodes(database: &Database) -> Installed {
    let installed = Installed::made_with(POSTERN, &["--postgres", &database.url()], &[]);
    let second = installed.folder.path().join("second");
    fs::create_dir(&second).unwrap();
    for file in ["postern.toml", "keys", "anchor"] {
        fs::copy(installed.home().join(file), second.join(file)).unwrap();
    }
    installed
}
