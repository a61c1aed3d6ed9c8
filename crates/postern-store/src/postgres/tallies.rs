//! Sums that wait in memory: additions commute, so they are written apart and rarely.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use postern_core::ids::TenantId;
use postern_core::kernel::Tally;

use super::arrays;
use super::connect::Link;

/// Additions by tenant, measure, hour and dimension.
#[derive(Debug, Default)]
pub(super) struct Sums(BTreeMap<(TenantId, &'static str, u32, [u8; 16]), u32>);

/// Sums wait at most this long.
const FLUSH: Duration = Duration::from_millis(250);

impl Sums {
    pub(super) fn add(&mut self, tallies: &[Tally]) {
        for tally in tallies {
            let sum = self.0.entry((tally.tenant, tally.measure, tally.hour, tally.dimension)).or_default();
            *sum = sum.saturating_add(tally.count);
        }
    }

    fn put_back(&mut self, sums: Self) {
        for (name, count) in sums.0 {
            let sum = self.0.entry(name).or_default();
            *sum = sum.saturating_add(count);
        }
    }
}

/// Writes sums until nobody else has them, and once more then.
pub(super) async fn flush(mut link: Link, sums: Arc<Mutex<Sums>>) {
    loop {
        let is_last = Arc::strong_count(&sums) == 1;
        write(&mut link, &sums).await;
        if is_last {
            return;
        }
        tokio::time::sleep(FLUSH).await;
    }
}

async fn write(link: &mut Link, sums: &Mutex<Sums>) {
    let taken = std::mem::take(&mut *sums.lock().unwrap_or_else(PoisonError::into_inner));
    if taken.0.is_empty() {
        return;
    }
    let written = match link.client().await {
        Ok(client) => arrays::tallies(&taken.0).run(client).await.is_ok(),
        Err(_) => false,
    };
    if !written {
        sums.lock().unwrap_or_else(PoisonError::into_inner).put_back(taken);
    }
}
