//! `cargo xtask scan-eval`: the scanner's labelled corpus, scanned, with the tables shown.

use crate::Done;
use crate::cargo::cargo;
use crate::run::run;

/// Runs the tests that hold the shares, and shows what they count.
pub(crate) fn scan_eval() -> Done {
    let tests = ["nextest", "run", "--package", "postern-scan", "--test", "scan", "evaluation::"];
    run(cargo(&tests).args(["--no-capture"]))
}
