//! The last line of a key file: a sum over all lines before it. It finds damage, not tampering.

use aws_lc_rs::digest::{SHA256, digest};
use postern_core::encoding::base64url;

const SUM: &str = "sum ";

/// The last line of a file that begins with `lines`.
pub(super) fn sum(lines: &str) -> String {
    // This library wipes what it hashed from its state.
    format!("{SUM}{}\n", base64url(digest(&SHA256, lines.as_bytes()).as_ref()))
}

/// All lines before the last, if that one is their sum.
pub(super) fn summed(text: &str) -> Option<&str> {
    let last = text.strip_suffix('\n')?.rfind('\n')?.checked_add(1)?;
    let (lines, found) = text.split_at_checked(last)?;
    (found == sum(lines)).then_some(lines)
}
