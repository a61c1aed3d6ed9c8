//! Whose logs grew: heads are looked at, since any node may have numbered their events.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use postern_core::ids::TenantId;
use postern_core::kernel::Kind;
use tokio::sync::watch;

use super::call::Call;
use super::connect::Link;
use super::{columns, schema};

/// Tenants whose logs grew since somebody asked.
pub(super) type Grown = Arc<Mutex<BTreeSet<TenantId>>>;

/// How often heads are looked at.
const EVERY: Duration = Duration::from_millis(500);

/// Looks at heads until it is told to stop.
pub(super) async fn watch(mut link: Link, grown: Grown, mut stop: watch::Receiver<bool>) {
    // The first look finds every log grown: since when is not known.
    let mut sizes = HashMap::new();
    while !*stop.borrow() {
        if let Some(now) = look(&mut link).await {
            let more = now.iter().filter(|(tenant, size)| sizes.get(*tenant) != Some(*size));
            grown.lock().unwrap_or_else(PoisonError::into_inner).extend(more.map(|(tenant, _)| *tenant));
            sizes = now;
        }
        tokio::select! { () = tokio::time::sleep(EVERY) => {}, _ = stop.changed() => {} }
    }
}

async fn look(link: &mut Link) -> Option<HashMap<TenantId, i64>> {
    let rows = Call::new(schema::SIZES).run(link.client().await.ok()?).await.ok()?;
    let size =
        |row: &tokio_postgres::Row| Some((columns::key(row, Kind::Tenant, 0)?.tenant, row.try_get(2).ok()?));
    Some(rows.iter().filter_map(size).collect())
}
