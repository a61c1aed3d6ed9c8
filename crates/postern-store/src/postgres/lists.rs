//! Reads beside the decisions: events, lists, sums.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use postern_core::Time;
use postern_core::ids::TenantId;
use postern_core::kernel::{Key, Kind, PartRow, StoreFault, StoredEvent, Tally};
use postern_core::ports::{Listed, SealedClaim};
use postern_log::Frontier;
use tokio_postgres::Row;

use super::Postgres;
use super::call::Call;
use super::connect::{Link, said};
use super::sequencer::genuine_head;
use super::{arrays, columns, schema};

impl Postgres {
    /// Runs one statement on a connection that nobody uses; a lost connection costs one more try.
    pub(super) async fn ask(&self, call: impl Fn() -> Call) -> Result<Vec<Row>, StoreFault> {
        let mut fault = String::new();
        for _ in 0..2 {
            let _place = self.asking.acquire().await.map_err(|closed| StoreFault(closed.to_string()))?;
            let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut link = idle.unwrap_or_else(|| self.link());
            let answer = match link.client().await {
                Ok(client) => call().run(client).await.map_err(|error| said(&error)),
                Err(unreachable) => Err(unreachable.to_string()),
            };
            match answer {
                Ok(rows) => {
                    give_back(&self.idle, link);
                    return Ok(rows);
                }
                Err(why) => fault = why,
            }
        }
        Err(StoreFault(fault))
    }

    pub(super) async fn list_rows(
        &self,
        kind: Kind,
        tenant: Option<TenantId>,
        after: Option<Key>,
        limit: usize,
    ) -> Result<Vec<Listed>, StoreFault> {
        let (start, limit) = (start(after), columns::limit(limit));
        let rows = self.ask(|| match tenant {
            None => Call::new(schema::list(kind)).bytes(start.0.clone()).bytes(start.1.clone()).number(limit),
            Some(tenant) => Call::new(schema::list_of_tenant(kind))
                .bytes(tenant.bytes())
                .bytes(start.1.clone())
                .number(limit),
        });
        let rows = rows.await?;
        let mut listed: Vec<Listed> = rows
            .iter()
            .filter_map(|row| columns::row(row, kind, 0))
            .map(|(key, row)| Listed { key, row })
            .collect();
        let keys: Vec<Key> = listed.iter().map(|listed| listed.key).collect();
        let parts = self.ask(|| arrays::kinds_and_keys(Call::new(schema::PARTS), &keys)).await?;
        let mut of = HashMap::<Key, Vec<PartRow>>::new();
        for (key, part) in parts.iter().filter_map(|row| columns::part(row, 0)) {
            of.entry(key).or_default().push(part);
        }
        for one in &mut listed {
            one.row.parts = of.remove(&one.key).unwrap_or_default();
        }
        Ok(listed)
    }

    pub(super) async fn due_keys(
        &self,
        kind: Kind,
        until: Time,
        after: Option<Key>,
        limit: usize,
    ) -> Result<Vec<Key>, StoreFault> {
        let start = start(after);
        let rows = self.ask(|| {
            Call::new(schema::due(kind))
                .bytes(start.0.clone())
                .bytes(start.1.clone())
                .number(columns::limit(limit))
                .number(columns::number(until.millis()))
        });
        Ok(rows.await?.iter().filter_map(|row| columns::key(row, kind, 0)).collect())
    }

    pub(super) async fn event_of(&self, key: Key, version: u64) -> Result<Option<StoredEvent>, StoreFault> {
        let rows = self.ask(|| {
            Call::new(schema::EVENT_GET)
                .bytes(key.tenant.bytes())
                .small(key.kind.number())
                .bytes(key.id)
                .number(columns::number(version))
        });
        Ok(rows.await?.first().map(|row| columns::event(row, key.tenant)))
    }

    pub(super) async fn events_from(
        &self,
        tenant: TenantId,
        from: u64,
        limit: usize,
        of: Option<Key>,
    ) -> Result<Vec<StoredEvent>, StoreFault> {
        let rows = self.ask(|| {
            let text = if of.is_some() { schema::EVENTS_OF } else { schema::EVENTS };
            let call = Call::new(text)
                .bytes(tenant.bytes())
                .number(columns::number(from))
                .number(columns::limit(limit));
            match of {
                Some(key) => call.small(key.kind.number()).bytes(key.id),
                None => call,
            }
        });
        Ok(rows.await?.iter().map(|row| columns::event(row, tenant)).collect())
    }

    pub(super) async fn frontier(&self, tenant: TenantId) -> Result<Frontier, StoreFault> {
        let rows = self.ask(|| Call::new(schema::HEAD_GET).bytes(tenant.bytes())).await?;
        let read = || {
            let row = rows.first()?;
            let size: Option<i64> = row.try_get(0).ok()?;
            let last: Option<i64> = row.try_get(3).ok()?;
            match size {
                None => last.is_none().then(Frontier::new),
                Some(_) => genuine_head(row, &self.sealer, tenant),
            }
        };
        read().ok_or_else(|| StoreFault(format!("the log head of {tenant} is not as it was written")))
    }

    pub(super) async fn claims_all(&self, tenant: TenantId) -> Result<Vec<SealedClaim>, StoreFault> {
        let rows = self.ask(|| Call::new(schema::claims_of()).bytes(tenant.bytes())).await?;
        Ok(rows.iter().filter_map(|row| columns::claim(row, 0)).collect())
    }

    pub(super) async fn forget(&self, before: Time) -> Result<(), StoreFault> {
        loop {
            let gone = self
                .ask(|| Call::new(schema::CLAIMS_FORGET).number(columns::number(before.millis())))
                .await?;
            if gone.is_empty() {
                return Ok(());
            }
        }
    }

    pub(super) async fn tallies_of(
        &self,
        tenant: TenantId,
        measure: &'static str,
        since_hour: u32,
    ) -> Result<Vec<Tally>, StoreFault> {
        let rows = self
            .ask(|| Call::new(schema::TALLIES).bytes(tenant.bytes()).text(measure).number(since_hour.into()));
        let tally = |row: &Row| {
            let hour = u32::try_from(columns::natural(row, 0)?).ok()?;
            let dimension: &[u8] = row.try_get(1).ok()?;
            let count = u32::try_from(columns::natural(row, 2)?).unwrap_or(u32::MAX);
            Some(Tally { tenant, measure, dimension: dimension.try_into().ok()?, hour, count })
        };
        Ok(rows.await?.iter().filter_map(tally).collect())
    }

    pub(super) async fn all_tenants(&self) -> Result<Vec<TenantId>, StoreFault> {
        let rows = self.ask(|| Call::new(schema::TENANTS)).await?;
        Ok(rows.iter().filter_map(|row| columns::key(row, Kind::Tenant, 0)).map(|key| key.tenant).collect())
    }
}

fn give_back(idle: &Mutex<Vec<Link>>, link: Link) {
    idle.lock().unwrap_or_else(PoisonError::into_inner).push(link);
}

/// Where a list starts: an empty string of bytes is before every key.
fn start(after: Option<Key>) -> (Vec<u8>, Vec<u8>) {
    after.map_or_else(Default::default, |after| (after.tenant.bytes().to_vec(), after.id.to_vec()))
}
