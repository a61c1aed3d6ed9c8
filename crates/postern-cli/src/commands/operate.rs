//! An operator's command: through the running service's socket, or on the store itself.

use std::path::PathBuf;
use std::sync::Arc;

use postern_app::operator::Command;
use postern_app::{App, Work};
use postern_core::ids::{Id, Named};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::net::UnixStream;

use super::alone;
use crate::arguments::Configured;
use crate::config::Config;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::{client, installation};

/// Does one command.
pub(super) async fn operate(configured: &Configured, command: Command) -> Result<Value, Failure> {
    reach(configured).await?.does(command).await
}

/// Who does commands: the running service, or the store itself if none runs.
pub(super) enum Reached {
    /// A service, by the path of its socket.
    Service(PathBuf),
    /// The store, opened by this process.
    Store(Arc<App>, Box<Config>),
}

/// Finds who does commands.
pub(super) async fn reach(configured: &Configured) -> Result<Reached, Failure> {
    let config = Config::read(&configured.config)?;
    if UnixStream::connect(&config.server.socket).await.is_ok() {
        return Ok(Reached::Service(config.server.socket));
    }
    let app = installation::open(&config, installation::For::Command).await?;
    installation::check_keys(&app, &config).await?;
    installation::check_anchor(&app, &config).await?;
    Ok(Reached::Store(app, Box::new(config)))
}

impl Reached {
    /// Does a command.
    pub(super) async fn does(&self, command: Command) -> Result<Value, Failure> {
        let socket = match self {
            Self::Store(app, config) => {
                let done = app.operate(&whoami(), command).await.map_err(Failure::refused);
                alone::tell(app, config).await;
                return done;
            }
            Self::Service(socket) => socket,
        };
        let stream = UnixStream::connect(socket).await.map_err(|fault| {
            Failure::refused(format!("the service at {} does not answer any more: {fault}", socket.display()))
        })?;
        let value = serde_json::to_value(&command).map_err(Failure::refused)?;
        let (status, answer) = client::operate(stream, &whoami(), &value).await?;
        if status.is_success() { Ok(answer) } else { Err(client::refusal(status, &answer)) }
    }

    /// Does a command whose work takes long, and shows how far it is: a service that does it is asked.
    pub(super) async fn watched(
        &self,
        command: Command,
        (work, what): (Work, &'static str),
        json: bool,
    ) -> Result<Value, Failure> {
        Progress::of(0, what, json).watch(self.does(command), async || self.how_far(work).await).await
    }

    async fn how_far(&self, work: Work) -> Option<(u64, u64)> {
        if let Self::Store(app, _) = self {
            return Some(app.how_far(work));
        }
        let answer = self.does(Command::WorkProgress { work }).await.ok()?;
        Some((answer.get("done")?.as_u64()?, answer.get("all")?.as_u64()?))
    }
}

/// Does one command whose work takes long, and shows how far it is.
pub(super) async fn watched(
    configured: &Configured,
    command: Command,
    shown: (Work, &'static str),
    json: bool,
) -> Result<Value, Failure> {
    reach(configured).await?.watched(command, shown, json).await
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
