//! A commit that was sent: what is known of it until it is answered.

use std::collections::HashMap;

use postern_core::ids::TenantId;
use postern_core::kernel::{DraftEvent, Key, Kind};
use tokio_postgres::{Client, Error, Row};

use super::batch::Done;
use super::call::Call;
use super::{arrays, columns, schema};

/// What became of a commit.
pub(super) enum Became {
    /// It is there, and so is what was committed after it, on every standby that is waited for.
    Durable,
    /// Nothing of it is there, nor will be.
    RolledBack,
    /// The database is still at it, or says nothing of it.
    Unfinished,
}

/// A commit that was sent.
pub(super) struct Sent {
    /// The database's number of the transaction: its events alone do not tell, since another's may be equal.
    pub(super) number: String,
    /// Everything that it added to the log.
    pub(super) events: Vec<DraftEvent>,
    /// What it comes to if it happened.
    pub(super) done: Done,
}

impl Sent {
    /// Asks, on any connection.
    pub(super) async fn became(&self, client: &Client) -> Result<Became, Error> {
        let rows = Call::new(schema::BECAME).text(self.number.as_str()).run(client).await?;
        let status: Option<String> = rows.first().and_then(|row| row.try_get(0).ok()).flatten();
        match status.as_deref() {
            // A standby that took over may have given the number to another.
            Some("committed") if self.is_there(client).await? => {
                // Its own wait for a standby may have been cut short, by whatever cut off the answer. A later commit's is not.
                client.batch_execute(schema::BARRIER).await?;
                Ok(Became::Durable)
            }
            Some("committed" | "aborted") => Ok(Became::RolledBack),
            _ => Ok(Became::Unfinished),
        }
    }

    async fn is_there(&self, client: &Client) -> Result<bool, Error> {
        let sent = self.events.iter().map(|event| (event.key, event.version));
        let rows = arrays::by_version(Call::new(schema::EVENTS_BY), sent).run(client).await?;
        let there: HashMap<_, _> = rows.iter().filter_map(stored).collect();
        Ok(self.events.iter().all(|event| there.get(&(event.key, event.version)) == Some(&event.bytes)))
    }
}

fn stored(row: &Row) -> Option<((Key, u64), Vec<u8>)> {
    let kind = columns::small(row, 1).and_then(Kind::from_number)?;
    let (tenant, object): (&[u8], &[u8]) = (row.try_get(0).ok()?, row.try_get(2).ok()?);
    let key = Key::new(kind, TenantId::new(tenant.try_into().ok()?), object.try_into().ok()?);
    Some(((key, columns::natural(row, 3)?), row.try_get(4).ok()?))
}
