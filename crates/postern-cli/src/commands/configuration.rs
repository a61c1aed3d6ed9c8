//! `postern config`.

use crate::arguments::Configured;
use crate::config::Config;
use crate::failure::Failure;
use crate::output;

/// Checks a configuration and shows what would be used, whole.
pub(super) fn check(configured: Configured, json: bool) -> Result<(), Failure> {
    let config = Config::read(&configured.config)?;
    let value = serde_json::to_value(&config).map_err(Failure::refused)?;
    output::answer(&value, json);
    output::message(&format!("{} fits.", configured.config.display()));
    Ok(())
}

/// Prints the commented reference.
pub(super) fn reference(json: bool) {
    output::text("reference", crate::config::REFERENCE, json);
}
