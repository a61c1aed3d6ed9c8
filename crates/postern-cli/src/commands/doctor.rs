//! `postern doctor`: whether what is under the service is as its promises need it.

use std::process::ExitCode;

use serde_json::{Value, json};

use crate::arguments::Configured;
use crate::checks::{Finding, Severity, findings, whole};
use crate::config::Config;
use crate::failure::Failure;
use crate::output;

/// Lists what was found; exit code 1 if there is a danger that the configuration does not name.
pub(super) async fn run(configured: Configured, json: bool) -> Result<ExitCode, Failure> {
    let config = Config::read(&configured.config)?;
    let mut found = findings(&config).await;
    found.extend(whole(&config, &found).await);
    let listed: Vec<Value> = found.iter().map(|finding| shown(finding, &config)).collect();
    output::answer(&json!({ "findings": listed }), json);
    let dangers = found.iter().filter(|finding| finding.severity == Severity::Danger);
    let refused = dangers.filter(|finding| !finding.is_tolerated(&config)).count();
    if refused == 0 {
        output::message("Nothing here breaks a promise that the configuration does not name.");
        return Ok(ExitCode::SUCCESS);
    }
    output::message(&format!("{refused} danger(s): mend what is named above before you serve."));
    Ok(ExitCode::FAILURE)
}

fn shown(finding: &Finding, config: &Config) -> Value {
    json!({
        "name": finding.name,
        "severity": finding.severity.name(),
        "found": finding.found,
        "means": finding.means,
        "do": finding.advice,
        "tolerated": finding.is_tolerated(config),
    })
}
