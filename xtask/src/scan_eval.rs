//! `cargo xtask scan-eval`: the scanner's labelled corpus, scanned, with the tables shown.

use crate::Done;
use crate::cargo::cargo;
use crate::run::run;

/// How much is scanned.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The corpus under twenty seeds, ten gibibytes of text without a code, and the trees named
    #[arg(long)]
    long: bool,
    /// Folders of text that nobody here wrote
    #[arg(requires = "long")]
    trees: Vec<String>,
}

/// Runs the tests that hold the shares, and shows what they count; or, at length, the evaluation without bounds.
pub(crate) fn scan_eval(options: &Options) -> Done {
    if options.long {
        let example = ["run", "--release", "--package", "postern-scan", "--example", "scan_eval", "--"];
        return run(cargo(&example).args(["--seeds", "20", "--gibibytes", "10"]).args(&options.trees));
    }
    let tests = ["nextest", "run", "--package", "postern-scan", "--test", "scan", "evaluation::"];
    run(cargo(&tests).args(["--no-capture"]))
}
