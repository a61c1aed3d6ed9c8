//! One connection that is made anew when it is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_postgres::error::SqlState;
use tokio_postgres::{AsyncMessage, Client, Connection, Error, NoTls};

use super::target::Reached;

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
        .map_or_else(|| with_cause(error), |said| format!("{} ({})", said.message(), said.code().code()))
}

/// A connection, if there is one.
pub(super) struct Link {
    target: Arc<Reached>,
    client: Option<Client>,
    /// Set when the database warned that a commit is not replicated.
    warned: Arc<AtomicBool>,
}

/// How long making a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

impl Link {
    pub(super) const fn new(target: Arc<Reached>, warned: Arc<AtomicBool>) -> Self {
        Self { target, client: None, warned }
    }

    /// The connection, made if need be.
    pub(super) async fn client(&mut self) -> Result<&Client, Unreachable> {
        let client = match self.client.take().filter(|client| !client.is_closed()) {
            Some(client) => client,
            None => connect(&self.target, Arc::clone(&self.warned)).await?,
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
pub(super) async fn connect(target: &Reached, warned: Arc<AtomicBool>) -> Result<Client, Unreachable> {
    let connecting = async {
        match &target.tls {
            None => target.config.connect(NoTls).await.map(|(client, connection)| {
                drive(connection, warned);
                client
            }),
            Some(tls) => target.config.connect(tls.clone()).await.map(|(client, connection)| {
                drive(connection, warned);
                client
            }),
        }
    };
    let connected = tokio::time::timeout(CONNECT, connecting).await;
    Ok(connected.map_err(|_| Unreachable::TooSlow)??)
}

fn drive<S, T>(mut connection: Connection<S, T>, warned: Arc<AtomicBool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
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
}

/// The driver's own words, and what it says that lies behind them.
fn with_cause(error: &Error) -> String {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    format!("{error}{cause}")
}
