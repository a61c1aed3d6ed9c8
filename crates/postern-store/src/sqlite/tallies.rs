//! Sums that wait in memory for the next transaction.

use std::collections::HashMap;

use postern_core::ids::TenantId;
use postern_core::kernel::Tally;
use rusqlite::{Connection, Error};

use super::schema;

/// Additions by tenant, measure, dimension and hour.
#[derive(Debug, Default)]
pub(super) struct Sums(HashMap<(TenantId, &'static str, [u8; 16], u32), u32>);

impl Sums {
    pub(super) fn add(&mut self, tallies: &[Tally]) {
        for tally in tallies {
            let sum = self.0.entry((tally.tenant, tally.measure, tally.dimension, tally.hour)).or_default();
            *sum = sum.saturating_add(tally.count);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes the sums; they are still here for another try if the transaction does not commit.
    pub(super) fn write(&self, connection: &Connection) -> Result<(), Error> {
        for ((tenant, measure, dimension, hour), count) in &self.0 {
            let mut statement = connection.prepare_cached(schema::TALLY)?;
            statement.execute((tenant.bytes(), measure, hour, dimension, count))?;
        }
        Ok(())
    }
}
