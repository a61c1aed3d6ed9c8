//! Whether records, keys and anchor belong together: what only an opened installation tells.

use super::{Finding, Severity, advice, danger, ok};
use crate::config::Config;
use crate::installation::{self, For};

/// With one of these the installation cannot be opened.
const CLOSED: [&str; 7] = [
    "anchor-file",
    "data-folder",
    "database-unreachable",
    "key-file",
    "migrations-foreign",
    "migrations-missing",
    "standby",
];

/// Opens the installation, if these findings let it and no service runs, and compares.
pub(crate) async fn whole(config: &Config, found: &[Finding]) -> Option<Finding> {
    let closed = |finding: &Finding| finding.severity == Severity::Danger && CLOSED.contains(&finding.name);
    if found.iter().any(closed) {
        return None;
    }
    if tokio::net::UnixStream::connect(&config.server.socket).await.is_ok() {
        return Some(advice(
            "service-runs",
            "A service runs with this configuration.",
            "Whether its keys and its anchor fit was looked at when it started, and again while it runs.",
            "Ask /readyz on server.admin.",
        ));
    }
    Some(compare(config).await)
}

async fn compare(config: &Config) -> Finding {
    let app = match installation::open(config, For::Command).await {
        Ok(app) => app,
        Err(fault) => {
            let mend = "Do what the message says. If another service uses the records, ask that one.";
            return danger("not-opened", format!("{fault}."), "The records could not be opened.", mend);
        }
    };
    if let Err(fault) = installation::check_keys(&app, config).await {
        let mend = "Put the key file back that was made with these records.";
        return danger("keys-foreign", format!("{fault}."), "Nothing that is stored can be opened.", mend);
    }
    if let Err(fault) = installation::check_anchor(&app, config).await {
        return danger(
            "anchor-disagrees",
            format!("{fault}."),
            "The records may have been set back: used codes could be unused again. `serve` answers nothing.",
            "Put the newest records and the newest anchor back. Never make a new anchor for old records.",
        );
    }
    ok("together", "Records, keys and anchor belong together.")
}
