//! The previous release's binary, made from the repository's own history: an upgrade is tested from it.

use std::fs;
use std::process::Stdio;

use crate::Done;
use crate::cargo::cargo;
use crate::place::target;
use crate::run::{program, run, say};

/// The commit that was released last. A release moves it to its own.
const RELEASE: &str = "a510cbeb57e4cb6194ba407fd67a3b13bd0c5392";

/// Makes `previous/postern` in cargo's folder, if it is not there yet. What both releases need is built once: the
/// same profile and the same selection.
pub(crate) fn previous() -> Done {
    let folder = target()?.join("previous");
    let (source, binary, note) = (folder.join("source"), folder.join("postern"), folder.join("release"));
    if binary.exists() && fs::read_to_string(&note).is_ok_and(|made| made == RELEASE) {
        return Ok(());
    }
    println!("xtask: building the previous release, {RELEASE}");
    let fault = |fault: std::io::Error| format!("{}: {fault}", folder.display());
    let _ = fs::remove_dir_all(&source);
    fs::create_dir_all(&source).map_err(fault)?;
    unpack(&source)?;
    let manifest = source.join("Cargo.toml");
    let mut build =
        cargo(&["build", "--workspace", "--bin", "postern", "--profile", "ci", "--manifest-path"]);
    build.arg(manifest).env("CARGO_TARGET_DIR", target()?);
    run(&mut build)?;
    // Moved, not copied: nothing that is named as this release's may be the other's.
    fs::rename(target()?.join("ci").join("postern"), &binary).map_err(fault)?;
    fs::remove_dir_all(&source).map_err(fault)?;
    fs::write(note, RELEASE).map_err(fault)
}

/// The files of that commit.
fn unpack(folder: &std::path::Path) -> Done {
    let missing = || {
        format!(
            "the commit {RELEASE} of the previous release is not here. Fetch the whole history: `git fetch --unshallow`"
        )
    };
    let mut archive = program("git");
    archive.args(["archive", RELEASE]).stdout(Stdio::piped());
    say(&archive);
    let mut archive = archive.spawn().map_err(|fault| format!("git could not be run: {fault}"))?;
    let Some(files) = archive.stdout.take() else { return Err(missing()) };
    let mut tar = program("tar");
    tar.args(["--extract", "--directory"]).arg(folder).stdin(files);
    let unpacked = tar.status().map_err(|fault| format!("tar could not be run: {fault}"))?;
    let archived = archive.wait().map_err(|fault| format!("git could not be waited for: {fault}"))?;
    if archived.success() && unpacked.success() { Ok(()) } else { Err(missing()) }
}
