//! Tests from outside, in another language with other people's libraries: tests-outside.

use std::path::Path;

use super::count::Count;
use crate::run::{program, shown};
use crate::{Done, python};

/// The scripts. Each starts what it needs, ends it, and closes with `NAME: N passed, N failed`.
pub(super) const SCRIPTS: [&str; 8] = [
    "receipt.py",
    "parser.py",
    "evidence.py",
    "relying.py",
    "packaging.py",
    "terminal.py",
    "scanning.py",
    "contract.py",
];

/// Runs a script against the built program.
pub(super) fn run(script: &str, postern: &Path, long: bool) -> Done<Count> {
    let python = python::with("tests-outside/requirements.txt")?.join("python");
    let mut command = program(python);
    command.arg("-B").arg(format!("tests-outside/{script}")).arg(postern).args(long.then_some("--long"));
    let (well, lines) = shown(&mut command)?;
    Ok(Count::of(lines.last().and_then(|line| Count::in_words(line)).into_iter(), well))
}
