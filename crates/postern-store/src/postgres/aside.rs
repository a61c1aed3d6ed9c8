//! Events that were put aside, as whoever is told of them sees them.

use postern_core::ids::TenantId;
use postern_core::kernel::{Key, Kind, StoreFault};
use postern_core::ports::{ForgedEvent, PutAside};
use tokio_postgres::Row;

use super::call::Call;
use super::{Postgres, columns, schema};

/// The record that the columns kind, tenant, object name, from `at` on; `None` if no record could have them.
pub(super) fn named(row: &Row, at: usize) -> Option<Key> {
    let kind = columns::small(row, at).and_then(Kind::from_number)?;
    columns::key(row, kind, at + 1)
}

/// The columns kind, tenant, object, number, digest, from the second on.
fn forged(row: &Row) -> Option<ForgedEvent> {
    let digest: &[u8] = row.try_get(5).ok()?;
    let tenant = || row.try_get::<_, &[u8]>(2).ok()?.try_into().ok().map(TenantId::new);
    Some(ForgedEvent {
        number: row.try_get(4).ok()?,
        key: named(row, 1).unwrap_or_else(|| Key::tenant(tenant().unwrap_or(TenantId::SYSTEM))),
        digest: digest.try_into().ok()?,
    })
}

impl Postgres {
    /// Whether there are any, and up to `limit` of those that nobody was told of yet.
    pub(super) async fn forged_untold(&self, limit: usize) -> Result<PutAside, StoreFault> {
        self.number_first().await?;
        let rows = self.ask(|| Call::new(schema::FORGED).number(columns::limit(limit))).await?;
        let any = rows.first().and_then(|row| row.try_get(0).ok()).unwrap_or_default();
        Ok(PutAside { any, untold: rows.iter().filter_map(forged).collect() })
    }
}
