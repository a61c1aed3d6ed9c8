//! `cargo xtask check`: everything that can be said without running a test.

mod deny;
mod files;

use crate::cargo::cargo;
use crate::run::run;
use crate::{Done, edges, generate};

/// Runs all checks, also after one failed, and names those that failed.
pub(crate) fn check() -> Done {
    let mut failed = Vec::new();
    let mut step = |name: &str, done: Done| {
        println!("xtask: {name}: {}", if done.is_ok() { "ok" } else { "FAILED" });
        done.inspect_err(|fault| eprintln!("{fault}")).map_err(|_| failed.push(name.to_owned())).is_ok()
    };
    step("files", files::check());
    step("format", run(&mut cargo(&["fmt", "--all", "--check"])));
    step("crate edges", edges::check());
    step("dependencies", deny::check());
    let lints = ["clippy", "--workspace", "--all-targets", "--profile", "ci", "--", "-D", "warnings"];
    if step("lints", run(&mut cargo(&lints))) {
        step("generated files", generate::current());
    } else {
        println!("xtask: generated files: not compared, they need a tree that builds");
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("check failed: {}. Each says above what to do", failed.join(", ")))
    }
}
