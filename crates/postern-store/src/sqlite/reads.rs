//! Reading rows, claims and heads from a connection.

use postern_core::ids::TenantId;
use postern_core::kernel::{ClaimKey, Key, Row, Sealer};
use postern_core::ports::SealedClaim;
use postern_log::Frontier;
use rusqlite::{Connection, Error};

use super::{columns, schema};
use crate::rows::Reads;

impl Reads for Connection {
    type Fault = Error;

    fn row(&self, key: Key) -> Result<Option<Row>, Error> {
        let mut statement = self.prepare_cached(&schema::get(key.kind))?;
        let mut found = statement.query((key.tenant.bytes(), key.id, key.kind.number()))?;
        let mut row: Option<Row> = None;
        while let Some(columns) = found.next()? {
            let row = row.get_or_insert_with(|| columns::row(columns));
            row.parts.extend(columns::part(columns));
        }
        Ok(row)
    }

    fn claim(&self, place: &ClaimKey) -> Result<Option<SealedClaim>, Error> {
        let mut statement = self.prepare_cached(schema::CLAIM_GET)?;
        let mut found = statement.query((place.tenant.bytes(), place.space.number(), place.key))?;
        Ok(found.next()?.map(|columns| columns::claim(columns, *place)))
    }
}

/// A tenant's head if it is as it was written and ends where the events end. A tenant without events has the
/// empty one.
pub(super) fn head(
    connection: &Connection,
    tenant: TenantId,
    sealer: &Sealer,
) -> Result<Option<Frontier>, Error> {
    let mut statement = connection.prepare_cached(schema::HEAD_GET)?;
    statement.query_one((tenant.bytes(),), |columns| {
        let last: Option<i64> = columns.get(3)?;
        let end = last.map_or(0, |last| last.saturating_add(1));
        if columns.get_ref(0)?.as_i64().is_err() {
            return Ok((end == 0).then(Frontier::new));
        }
        let genuine = || -> Option<Frontier> {
            let bytes: Vec<u8> = columns.get(1).ok()?;
            let seal: Vec<u8> = columns.get(2).ok()?;
            let frontier = Frontier::from_bytes(&bytes).ok()?;
            let size = columns::number(frontier.size());
            let whole = columns.get::<_, i64>(0).ok()? == size && size == end;
            (whole && sealer.head(tenant, &bytes).as_slice() == seal).then_some(frontier)
        };
        Ok(genuine())
    })
}
