//! What recognises text in pictures, for tests of the scanner.

use crate::run::answers;
use crate::{Done, packages};

/// Installs it if it is missing.
pub(super) fn have() -> Done {
    if answers("tesseract", "--version") {
        return Ok(());
    }
    packages::install(["tesseract-ocr", "tesseract-ocr-eng"])
}
