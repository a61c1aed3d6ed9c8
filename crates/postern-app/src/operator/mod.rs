//! What an operator does at the machine: never anything that yields a code.

use serde::Deserialize;
use serde_json::Value;

use crate::app::App;

/// An operator's command, as the command line sends it to a running service.
#[derive(Debug, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Command {
    /// Lists tenants.
    TenantList {},
}

/// Why a command was not done: says what to do next.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

impl App {
    /// Does an operator's command.
    ///
    /// # Errors
    /// [`Refused`]: nothing was done.
    pub async fn operate(&self, command: Command) -> Result<Value, Refused> {
        match command {
            Command::TenantList {} => Ok(Value::Array(Vec::new())),
        }
    }
}
