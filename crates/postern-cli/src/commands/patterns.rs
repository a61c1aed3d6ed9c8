//! `postern code patterns`: own codes as patterns for other people's scanners.

use postern_scan::Tool;

use super::scan::prefixes;
use crate::arguments::PatternsFor;
use crate::failure::Failure;
use crate::output;

/// Prints them.
pub(super) fn run(scanner: PatternsFor, prefix: &[String], json: bool) -> Result<(), Failure> {
    let tool = match scanner {
        PatternsFor::Gitleaks => Tool::Gitleaks,
        PatternsFor::Kingfisher => Tool::Kingfisher,
        PatternsFor::Trufflehog => Tool::Trufflehog,
        PatternsFor::Github => Tool::Github,
    };
    output::text("patterns", &tool.patterns(&prefixes(prefix)?), json);
    Ok(())
}
