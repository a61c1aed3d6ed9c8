//! Reads beside the decisions: events, lists, sums.

use postern_core::Time;
use postern_core::ids::TenantId;
use postern_core::kernel::{Key, Kind, StoredEvent, Tally};
use postern_core::ports::{Listed, SealedClaim, Sizes};
use rusqlite::{Connection, Error, OptionalExtension as _, Params, Row};

use super::{columns, schema};
use crate::rows::Reads as _;

pub(super) fn event(connection: &Connection, key: Key, version: u64) -> Result<Option<StoredEvent>, Error> {
    let mut statement = connection.prepare_cached(schema::EVENT_GET)?;
    let place = (key.tenant.bytes(), key.kind.number(), key.id, columns::number(version));
    statement.query_row(place, |row| Ok(columns::event(row, key.tenant))).optional()
}

pub(super) fn events(
    connection: &Connection,
    tenant: TenantId,
    from: u64,
    limit: usize,
    of: Option<Key>,
) -> Result<Vec<StoredEvent>, Error> {
    let (from, limit) = (columns::number(from), columns::limit(limit));
    match of {
        None => events_by(connection, schema::EVENTS, (tenant.bytes(), from, limit), tenant),
        Some(key) => {
            let places = (tenant.bytes(), from, limit, key.kind.number(), key.id);
            events_by(connection, schema::EVENTS_OF, places, tenant)
        }
    }
}

fn events_by(
    connection: &Connection,
    text: &str,
    places: impl Params,
    tenant: TenantId,
) -> Result<Vec<StoredEvent>, Error> {
    let mut statement = connection.prepare_cached(text)?;
    statement.query_map(places, |row| Ok(columns::event(row, tenant)))?.collect()
}

pub(super) fn list(
    connection: &Connection,
    kind: Kind,
    tenant: Option<TenantId>,
    after: Option<Key>,
    limit: usize,
) -> Result<Vec<Listed>, Error> {
    let keys = match tenant {
        None => keys(connection, &schema::list(kind), kind, (start(after), columns::limit(limit)))?,
        Some(tenant) => {
            let id = after.map_or_else(Vec::new, |after| after.id.to_vec());
            let start = (tenant.bytes().to_vec(), id);
            keys(connection, &schema::list_of_tenant(kind), kind, (start, columns::limit(limit)))?
        }
    };
    let rows = keys.into_iter().map(|key| Ok(connection.row(key)?.map(|row| Listed { key, row })));
    rows.filter_map(Result::transpose).collect()
}

pub(super) fn due(
    connection: &Connection,
    kind: Kind,
    until: Time,
    after: Option<Key>,
    limit: usize,
) -> Result<Vec<Key>, Error> {
    let mut statement = connection.prepare_cached(&schema::due(kind))?;
    let (tenant, id) = start(after);
    let places = (tenant, id, columns::limit(limit), columns::number(until.millis()));
    statement.query_map(places, |row| columns::key(row, kind))?.collect()
}

/// Where a list starts: an empty blob is before every key.
fn start(after: Option<Key>) -> (Vec<u8>, Vec<u8>) {
    after.map_or_else(Default::default, |after| (after.tenant.bytes().to_vec(), after.id.to_vec()))
}

fn keys(
    connection: &Connection,
    text: &str,
    kind: Kind,
    ((tenant, id), limit): ((Vec<u8>, Vec<u8>), i64),
) -> Result<Vec<Key>, Error> {
    let mut statement = connection.prepare_cached(text)?;
    statement.query_map((tenant, id, limit), |row| columns::key(row, kind))?.collect()
}

pub(super) fn claims(connection: &Connection, tenant: TenantId) -> Result<Vec<SealedClaim>, Error> {
    let mut statement = connection.prepare_cached(schema::CLAIMS)?;
    let claims =
        statement.query_map((tenant.bytes(),), |row| Ok(columns::claim(row, columns::place(row, tenant))))?;
    claims.collect()
}

pub(super) fn keyring(connection: &Connection, subject: Key) -> Result<Option<Vec<u8>>, Error> {
    let mut statement = connection.prepare_cached(schema::KEYRING_GET)?;
    statement.query_row((subject.tenant.bytes(), subject.id), |row| row.get(0)).optional()
}

pub(super) fn checkpoint(connection: &Connection, tenant: TenantId) -> Result<Option<String>, Error> {
    let mut statement = connection.prepare_cached(schema::CHECKPOINT_GET)?;
    statement.query_row((tenant.bytes(),), |row| row.get(0)).optional()
}

pub(super) fn tenants(connection: &Connection) -> Result<Vec<TenantId>, Error> {
    let mut statement = connection.prepare_cached(schema::TENANTS)?;
    statement.query_map((), |row| row.get(0).map(TenantId::new))?.collect()
}

pub(super) fn sizes(connection: &Connection) -> Result<Sizes, Error> {
    let mut statement = connection.prepare_cached(schema::SIZES)?;
    let natural =
        |row: &Row<'_>, at| row.get::<_, i64>(at).map(|number| u64::try_from(number).unwrap_or_default());
    statement.query_one((), |row| {
        Ok(Sizes { database: natural(row, 0)?, events: natural(row, 1)?, thinned: natural(row, 2)? })
    })
}

pub(super) fn tallies(
    connection: &Connection,
    tenant: TenantId,
    measure: &'static str,
    since_hour: u32,
) -> Result<Vec<Tally>, Error> {
    let mut statement = connection.prepare_cached(schema::TALLIES)?;
    let tallies = statement.query_map((tenant.bytes(), measure, since_hour), |row| {
        let count = u32::try_from(row.get::<_, i64>(2)?).unwrap_or(u32::MAX);
        Ok(Tally { tenant, measure, dimension: row.get(1)?, hour: row.get(0)?, count })
    })?;
    tallies.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::open::prepare;

    /// By the place in the log it would be the whole log for each record.
    #[test]
    fn events_of_a_record_are_found_by_the_record() {
        let folder = tempfile::TempDir::new().unwrap();
        let (_, connection) = prepare(folder.path()).unwrap();
        let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", schema::EVENTS_OF)).unwrap();
        let places = ([0; 16], 0, 10, 4, [0; 16]);
        let steps: Vec<String> =
            plan.query_map(places, |row| row.get(3)).unwrap().map(Result::unwrap).collect();
        assert_eq!(steps.len(), 1, "{steps:?}");
        assert!(steps.iter().all(|step| step.ends_with("(tenant=? AND kind=? AND object=?)")), "{steps:?}");
    }
}
