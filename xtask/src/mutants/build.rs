//! Builds the tests once, with all mutants in them. What the compiler refuses is taken out, and built again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use cargo_metadata::Message;

use super::copy::{copy, put_switch};
use super::edit::Rewritten;
use super::heart::{Crate, HEART};
use super::judge::Verdict;
use super::outcomes::Outcomes;
use super::plan::Plan;
use super::refused::refused;
use crate::Done;
use crate::cargo::cargo;
use crate::place::{root, target};
use crate::run::say;

/// More often than the compiler has passes that find faults, for each of the crates.
const ROUNDS: usize = 60;

/// A built test program.
pub(super) struct Program {
    /// Its crate.
    pub(super) package: String,
    /// Its name; `lib` for tests in the source itself.
    pub(super) name: String,
    /// Where it is.
    pub(super) path: PathBuf,
    /// The folder of its crate, in which it runs.
    pub(super) folder: PathBuf,
}

impl Program {
    /// Whether its tests look at a crate.
    pub(super) fn looks_at(&self, of: &Crate) -> bool {
        of.judges.contains(&(self.package.as_str(), self.name.as_str()))
    }
}

/// Builds, until the compiler refuses nothing any more: the test programs, and the mutants that it refused.
pub(super) fn build(plan: &Plan, tree: &Path, outcomes: &Outcomes) -> Done<(Vec<Program>, BTreeSet<u32>)> {
    let mut all = plan.those(outcomes, Verdict::Refused);
    for _ in 0..ROUNDS {
        let files = written(plan, tree, &all)?;
        let messages = compile(tree)?;
        if messages.iter().any(|message| matches!(message, Message::BuildFinished(end) if end.success)) {
            return Ok((messages.into_iter().filter_map(program).collect(), all));
        }
        let more = refused(plan, &files, &messages)?;
        println!("xtask: the compiler refuses {} mutants; they are taken out", more.len());
        for placed in more.iter().filter_map(|number| plan.mutants.get(number)) {
            outcomes.note(placed, Verdict::Refused)?;
        }
        all.extend(more);
    }
    Err(format!("the copy in {} does not compile", tree.display()))
}

/// Writes the copy; what was changed, by path.
fn written(plan: &Plan, tree: &Path, dropped: &BTreeSet<u32>) -> Done<BTreeMap<String, Rewritten>> {
    let mut files = BTreeMap::new();
    for path in plan.paths() {
        files.extend(plan.rewritten(path, dropped).map(|file| (path.to_owned(), file)));
    }
    let roots: Vec<String> = HEART.iter().map(|of| format!("crates/{}/src/lib.rs", of.name)).collect();
    copy(tree, |path| {
        let text = files.get(path).map(|file| file.text.clone());
        if !roots.iter().any(|root| root == path) {
            return text;
        }
        let text = text.or_else(|| fs::read_to_string(root().join(path)).ok())?;
        Some(format!("{text}\n/// Which mutant runs.\npub mod switch;\n"))
    })?;
    HEART.iter().try_for_each(|of| put_switch(tree, of.name))?;
    Ok(files)
}

/// Compiles; what cargo said, message by message.
fn compile(tree: &Path) -> Done<Vec<Message>> {
    let mut command =
        cargo(&["test", "--no-run", "--workspace", "--profile", "ci", "--message-format", "json", "--lib"]);
    let judges = HEART.iter().flat_map(|of| of.judges).map(|(_, name)| *name);
    for name in judges.filter(|name| *name != "lib").collect::<BTreeSet<_>>() {
        command.args(["--test", name]);
    }
    // Cargo takes what is built of the copy for what is built of the tree itself if both are in one folder.
    command.current_dir(tree).env("CARGO_TARGET_DIR", target()?.join("mutants").join("target"));
    command.stderr(Stdio::inherit());
    say(&command);
    let output = command.output().map_err(|fault| format!("cargo could not be run: {fault}"))?;
    Message::parse_stream(output.stdout.as_slice())
        .collect::<Result<_, _>>()
        .map_err(|fault| fault.to_string())
}

/// What was built to be run as a test.
fn program(message: Message) -> Option<Program> {
    let Message::CompilerArtifact(built) = message else { return None };
    let folder = built.manifest_path.parent()?;
    let package = folder.file_name()?.to_owned();
    let name = if built.target.is_lib() { "lib".to_owned() } else { built.target.name };
    let path = built.executable.filter(|_| built.profile.test)?;
    Some(Program { package, name, path: path.into(), folder: folder.into() })
}
