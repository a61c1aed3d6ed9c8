//! One PostgreSQL cluster for all tests of a run.

use std::fs;
use std::path::Path;

use postern_cluster::{Cluster, installed};

use crate::{Done, packages};

/// Where Debian's PostgreSQL is told how to make clusters.
const DEBIAN: &str = "/etc/postgresql-common";

/// Starts it, and installs what is missing for that. It ends when dropped.
pub(super) fn start() -> Done<Cluster> {
    have()?;
    println!("xtask: starting a PostgreSQL cluster for the tests");
    Ok(Cluster::start(&[]))
}

/// Installs what is missing for a cluster.
pub(super) fn have() -> Done {
    if installed() { Ok(()) } else { install() }
}

/// Without the cluster that Debian makes and starts with its first PostgreSQL: nobody asked for one.
fn install() -> Done {
    if Path::new(DEBIAN).exists() {
        return packages::install(["postgresql", "pgbouncer"]);
    }
    let folder = Path::new(DEBIAN).join("createcluster.d");
    let none = folder.join("postern.conf");
    fs::create_dir_all(&folder).and_then(|()| fs::write(&none, "create_main_cluster = false\n")).map_err(
        |fault| {
            format!(
                "{fault}. Install the packages postgresql and pgbouncer as an administrator, then try again"
            )
        },
    )?;
    let done = packages::install(["postgresql", "pgbouncer"]);
    fs::remove_file(&none).map_err(|fault| format!("{} could not be removed: {fault}", none.display()))?;
    done
}
