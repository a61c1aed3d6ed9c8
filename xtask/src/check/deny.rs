//! Licences, bans and sources of what we depend on (`deny.toml`); known vulnerabilities, where their list can be had.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use crate::run::{answers, program, run, say, succeeds_within};
use crate::{Done, python};

/// How long fetching the list of advisories may take.
const FETCH_SECONDS: u64 = 60;

/// Checks dependencies.
pub(crate) fn check() -> Done {
    let deny = program_name()?;
    run(cargo_deny(&deny).args(["check", "licenses", "bans", "sources"]))?;
    let mut fetch = cargo_deny(&deny);
    fetch.env("GIT_TERMINAL_PROMPT", "0").args(["fetch", "db"]);
    if succeeds_within(&mut fetch, FETCH_SECONDS)? {
        return run(cargo_deny(&deny).args(["check", "--disable-fetch", "advisories"]));
    }
    println!(
        "xtask: !! SKIPPED: known vulnerabilities were NOT checked. The list of advisories could not be fetched,"
    );
    println!(
        "xtask: !! as on a machine without the open network. Where it can be: cargo deny check advisories"
    );
    Ok(())
}

fn cargo_deny(name: &OsString) -> Command {
    program(name)
}

/// cargo-deny from the PATH, or from the project's own environment.
fn program_name() -> Done<OsString> {
    if answers("cargo-deny", "--version") {
        return Ok("cargo-deny".into());
    }
    let programs = python::with("xtask/requirements.txt")
        .map_err(|fault| format!("{fault}. Or install it another way: cargo install --locked cargo-deny"))?;
    let name = programs.join("cargo-deny");
    present(&name)?;
    Ok(name.into())
}

fn present(name: &Path) -> Done {
    let mut version = program(name);
    version.arg("--version");
    say(&version);
    if answers(name, "--version") {
        return Ok(());
    }
    Err("cargo-deny was installed but does not run. Install it another way: cargo install --locked cargo-deny".to_owned())
}
