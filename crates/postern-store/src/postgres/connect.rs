//! One connection that is made anew when it is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio_postgres::error::SqlState;
use tokio_postgres::{AsyncMessage, Client, Config, Error, NoTls};

/// No connection could be made.
#[derive(Debug, thiserror::Error)]
pub enum Unreachable {
    /// The database refused it, or is not there.
    #[error("the database did not take a connection: {}", said(.0))]
    Refused(#[from] Error),
    /// It did not answer in time.
    #[error("the database did not answer within {} seconds", CONNECT.as_secs())]
    TooSlow,
}

/// What the database said; the driver's own words leave it out.
pub(super) fn said(error: &Error) -> String {
    error
        .as_db_error()
        .map_or_else(|| error.to_string(), |said| format!("{} ({})", said.message(), said.code().code()))
}

/// A connection, if there is one.
pub(super) struct Link {
    config: Arc<Config>,
    client: Option<Client>,
    /// Set when the database warned that a commit is not replicated.
    warned: Arc<AtomicBool>,
}

/// How long making a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

impl Link {
    pub(super) const fn new(config: Arc<Config>, warned: Arc<AtomicBool>) -> Self {
        Self { config, client: None, warned }
    }

    /// The connection, made if need be.
    pub(super) async fn client(&mut self) -> Result<&Client, Unreachable> {
        let client = match self.client.take().filter(|client| !client.is_closed()) {
            Some(client) => client,
            None => connect(&self.config, Arc::clone(&self.warned)).await?,
        };
        Ok(self.client.insert(client))
    }

    /// Gives the connection up: what goes on at its other end is not known.
    pub(super) fn cut(&mut self) {
        self.client = None;
    }

    /// Whether the database has warned since this was asked last.
    pub(super) fn was_warned(&self) -> bool {
        self.warned.swap(false, Ordering::SeqCst)
    }
}

/// Connects and drives the connection in a task of its own, which ends with it.
pub(super) async fn connect(config: &Config, warned: Arc<AtomicBool>) -> Result<Client, Unreachable> {
    let connecting = tokio::time::timeout(CONNECT, config.connect(NoTls));
    let (client, mut connection) = connecting.await.map_err(|_| Unreachable::TooSlow)??;
    tokio::spawn(async move {
        loop {
            match std::future::poll_fn(|context| connection.poll_message(context)).await {
                Some(Ok(AsyncMessage::Notice(notice))) => {
                    if *notice.code() == SqlState::WARNING {
                        tracing::error!(notice = notice.message(), "the database warned");
                        warned.store(true, Ordering::SeqCst);
                    }
                }
                Some(Ok(_)) => {}
                Some(Err(fault)) => {
                    tracing::warn!(%fault, "a connection to the database was lost");
                    return;
                }
                None => return,
            }
        }
    });
    Ok(client)
}
