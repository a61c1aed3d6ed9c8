//! Debian's packages, installed when a program is missing.

use crate::Done;
use crate::run::{answers, program, run};

/// Installs two packages, with what they need.
pub(crate) fn install(names: [&str; 2]) -> Done {
    let both = names.join(" and ");
    if !answers("apt-get", "--version") {
        return Err(format!("{both} are missing. Install both, then try again"));
    }
    println!("xtask: installing the packages {both}");
    let mut packages = program("apt-get");
    packages.env("DEBIAN_FRONTEND", "noninteractive").args(["install", "--yes"]).args(names);
    run(program("apt-get").args(["update", "--quiet"]))
        .and_then(|()| run(&mut packages))
        .map_err(|fault| format!("{fault}. Install the packages {both} as an administrator, then try again"))
}
