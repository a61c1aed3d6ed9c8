//! Cargo's own commands. One profile, `ci`, and one selection, the whole workspace, so that nothing is built twice.

use std::process::Command;

use crate::Done;
use crate::run::{program, run};

/// A cargo command. What the cargo that runs xtask left in the environment is no business of the next one.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = program("cargo");
    command.args(arguments);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name == "CARGO" || name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&*name);
        }
    }
    command
}

/// Builds everything that tests and generation need.
pub(crate) fn build() -> Done {
    run(&mut cargo(&["build", "--workspace", "--all-targets", "--profile", "ci"]))
}
