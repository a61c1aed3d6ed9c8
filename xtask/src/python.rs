//! A Python of the project's own below the target folder, with pinned packages.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Done;
use crate::packages;
use crate::place::{root, target};
use crate::run::{answers, program, run, succeeds};

/// Makes it if it is missing, installs what a requirements file lists, and gives its folder of programs.
pub(crate) fn with(requirements: &str) -> Done<PathBuf> {
    let folder = target()?.join("python");
    let programs = folder.join("bin");
    let python = programs.join("python");
    if !answers(&python, "--version") || !programs.join("pip").exists() {
        make(&folder)?;
    }
    install(&python, &folder, requirements)?;
    Ok(programs)
}

fn make(folder: &Path) -> Done {
    println!("xtask: making a Python environment in {}", folder.display());
    let mut venv = program("python3");
    venv.args(["-m", "venv", "--clear"]).arg(folder);
    if answers("python3", "--version") && succeeds(&mut venv)? {
        return Ok(());
    }
    packages::install(["python3", "python3-venv"])?;
    run(&mut venv)
}

/// Installs once per content of the file: a copy beside the packages says what was done.
fn install(python: &Path, folder: &Path, requirements: &str) -> Done {
    let wanted = fs::read_to_string(root().join(requirements)).map_err(|fault| {
        format!("{requirements} could not be read: {fault}. It belongs to the repository")
    })?;
    let stamp = folder.join(requirements.replace('/', "-"));
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let names = wanted.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect::<Vec<_>>();
    println!(
        "xtask: installing {} for the tests and checks, nothing outside the target folder",
        names.join(", ")
    );
    let mut pip = program(python);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
        "-r",
        requirements,
    ]);
    run(&mut pip)
        .map_err(|fault| format!("{fault}. {requirements} lists packages of PyPI: is it reachable?"))?;
    fs::write(&stamp, wanted).map_err(|fault| format!("{} could not be written: {fault}", stamp.display()))
}
