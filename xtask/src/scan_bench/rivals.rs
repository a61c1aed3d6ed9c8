//! What is measured: `postern scan` in its two forms, ripgrep, kingfisher; on one thread and on two.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::place::target;
use crate::run::{answers, program};
use crate::{Done, packages, python};

/// One program with its arguments.
pub(super) struct Rival {
    /// What it is called in the table.
    pub(super) name: String,
    /// How many threads it is given.
    pub(super) threads: u32,
    /// What it is held against.
    pub(super) like: Like,
    program: PathBuf,
    arguments: Vec<String>,
}

/// What a program is there for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Like {
    /// Own codes with their prefix.
    Prefixed,
    /// The limit for these.
    Ripgrep,
    /// Every rule.
    Every,
    /// The limit for these.
    Kingfisher,
}

/// Own codes as they are shown.
const SHOWN: &str = "PSTN-(?:[0-9A-HJKMNP-TV-Z]{5}(?:-[0-9A-HJKMNP-TV-Z]{5}){4}\
                     |[0-9]{4}(?:-[0-9]{4}){5}|[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3})";

/// Every program, on one thread and on two. What is missing is installed.
pub(super) fn all(postern: &Path) -> Done<Vec<Rival>> {
    if !answers("rg", "--version") {
        packages::install(["ripgrep", "ripgrep"])?;
    }
    let kingfisher = python::with("tests-outside/requirements.txt")?.join("kingfisher");
    let rules = rules(postern)?;
    Ok([1, 2].into_iter().flat_map(|threads| on(threads, postern, &kingfisher, &rules)).collect())
}

fn on(threads: u32, postern: &Path, kingfisher: &Path, rules: &Path) -> [Rival; 5] {
    let rival = |name: &str, like, program: &Path, arguments: &[&str]| Rival {
        name: name.to_owned(),
        threads,
        like,
        program: program.to_path_buf(),
        arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
    };
    let count = threads.to_string();
    let (jobs, rules) = (format!("-j{threads}"), rules.to_string_lossy());
    let ripgrep = ["--text", "--no-ignore", "--hidden", "--no-filename", "--no-config", &jobs];
    let scan = ["scan", "--format", "jsonl", "--threads", &count];
    [
        rival("`rg REGEX`", Like::Ripgrep, Path::new("rg"), &[&ripgrep[..], &[SHOWN]].concat()),
        rival("`rg -i REGEX`", Like::Ripgrep, Path::new("rg"), &[&ripgrep[..], &["-i", SHOWN]].concat()),
        rival(
            "`postern scan --only-prefixed`",
            Like::Prefixed,
            postern,
            &[&scan[..], &["--only-prefixed"]].concat(),
        ),
        rival("`postern scan`", Like::Every, postern, &scan),
        rival(
            "kingfisher, one rule",
            Like::Kingfisher,
            kingfisher,
            &[
                "scan",
                "--rules-path",
                &rules,
                "--load-builtins=false",
                "--no-validate",
                "--git-history",
                "none",
                "--no-update-check",
                "--format",
                "jsonl",
                "-j",
                &count,
            ],
        ),
    ]
}

/// Own codes as a rule for kingfisher.
fn rules(postern: &Path) -> Done<PathBuf> {
    let mut made = program(postern);
    made.args(["code", "patterns", "--for", "kingfisher"]);
    let rules = crate::run::output(&mut made)?;
    let file = target()?.join("scan-bench.yml");
    fs::write(&file, rules).map_err(|fault| format!("{} could not be written: {fault}", file.display()))?;
    Ok(file)
}

impl Rival {
    /// The command over these folders.
    pub(super) fn command(&self, folders: &[PathBuf]) -> Command {
        let mut command = program(&self.program);
        command.args(&self.arguments).args(folders);
        command
    }

    /// The regex that it searches for, if there is one.
    pub(super) const fn regex() -> &'static str {
        SHOWN
    }

    /// How many planted codes it told of.
    pub(super) fn found(&self, said: &str) -> usize {
        let is_found: fn(&str) -> bool = match self.like {
            Like::Ripgrep => |line| line.contains("keep this"),
            Like::Prefixed | Like::Every => {
                |line| line.contains("/scan-bench/") && line.contains("\"certain\"")
            }
            Like::Kingfisher => |line| line.contains("/scan-bench/") && line.contains("\"finding\""),
        };
        said.lines().filter(|line| is_found(line)).count()
    }
}
