//! What the tests of the crates stand on: two releases, a database cluster, what moves clocks and keeps keys.

use std::path::PathBuf;
use std::process::Command;

use postern_cluster::{Cluster, OPENBAO, S3_SERVER, SHARED_CLUSTER};

use super::{clock, postgres, servers, tesseract, token};
use crate::Done;
use crate::cargo::{build, cargo};
use crate::previous::previous;
use crate::run::answers;

/// Random cases per property in a long run; a property may ask for its own number.
const LONG_CASES: &str = "4096";

/// It ends when dropped.
pub(crate) struct Ground {
    cluster: Cluster,
    bao: PathBuf,
    s3: PathBuf,
}

impl Ground {
    /// Builds what is tested, installs what is missing, and starts the cluster.
    pub(crate) fn prepare() -> Done<Self> {
        previous()?;
        build()?;
        clock::have()?;
        tesseract::have()?;
        token::have()?;
        let (bao, s3) = servers::have()?;
        Ok(Self { cluster: postgres::start()?, bao, s3 })
    }

    /// Unit and integration tests of all crates, or those that `only` takes.
    pub(crate) fn tests(&self, long: bool, only: &[&str]) -> Command {
        let mut command = if answers("cargo-nextest", "--version") {
            let mut nextest = cargo(&["nextest", "run", "--workspace", "--cargo-profile", "ci", "--profile"]);
            nextest.arg(if long { "long" } else { "ci" });
            if !only.is_empty() {
                nextest.arg("--no-tests=pass");
            }
            nextest
        } else {
            println!("xtask: cargo-nextest is not installed; cargo's own runner does as well, more slowly");
            let mut runner = cargo(&["test", "--workspace", "--profile", "ci", "--no-fail-fast"]);
            if only.is_empty() {
                runner.args(["--lib", "--bins", "--tests"]);
            }
            runner
        };
        command.args(only).env(SHARED_CLUSTER, self.cluster.socket_folder());
        command.env(OPENBAO, &self.bao).env(S3_SERVER, &self.s3);
        if long {
            command.env("PROPTEST_CASES", LONG_CASES).env("POSTERN_LONG", "1");
        }
        command
    }
}
