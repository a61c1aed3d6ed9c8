//! An operator's command: through the running service's socket, or on the store itself.

use postern_app::operator::Command;
use postern_core::ids::{Id, Named};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::arguments::Configured;
use crate::config::Config;
use crate::failure::Failure;
use crate::{client, installation};

/// Does a command: through the socket if a service runs, on the store itself if none does.
pub(super) async fn operate(configured: &Configured, command: Command) -> Result<Value, Failure> {
    let config = Config::read(&configured.config)?;
    if let Ok(stream) = tokio::net::UnixStream::connect(&config.server.socket).await {
        let value = serde_json::to_value(&command).map_err(Failure::refused)?;
        let (status, answer) = client::operate(stream, &whoami(), &value).await?;
        return if status.is_success() { Ok(answer) } else { Err(client::refusal(status, &answer)) };
    }
    let app = installation::open(&config, installation::For::Command).await?;
    installation::check_keys(&app, &config).await?;
    installation::check_anchor(&app, &config).await?;
    app.operate(&whoami(), command).await.map_err(Failure::refused)
}

/// The operator's name in events: the user of this machine, by number.
pub(crate) fn whoami() -> String {
    format!("uid:{}", rustix::process::getuid().as_raw())
}

/// Reads a typed id.
pub(super) fn id<N: Named>(text: &str) -> Result<Id<N>, Failure> {
    Id::parse(text).ok_or_else(|| {
        Failure::Usage(format!("{text} is not an id of the right kind: it looks like {}_…", N::PREFIX))
    })
}

/// Reads a word of a closed list.
pub(super) fn word<T: DeserializeOwned>(what: &str, text: &str) -> Result<T, Failure> {
    serde_json::from_value(Value::from(text)).map_err(|_| {
        Failure::Usage(format!("there is no {what} {text:?}; `--help` lists those that there are"))
    })
}
