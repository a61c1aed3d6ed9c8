//! Thinned events and stored tile hashes: what is left of old events, and what proofs begin with.

use postern_core::ids::TenantId;
use postern_core::kernel::{Committed, Key, ThinnedBundle, ThinnedEvent};
use postern_core::ports::StoredTile;
use rusqlite::{Connection, Error, Params};

use super::broken::Broken;
use super::{columns, schema};
use crate::rows::thinned;

pub(super) fn thinned_from(
    connection: &Connection,
    tenant: TenantId,
    from: u64,
    limit: usize,
) -> Result<Vec<ThinnedEvent>, Error> {
    let places = (tenant.bytes(), columns::number(from), columns::limit(limit));
    read(connection, schema::THINNED, places, tenant)
}

pub(super) fn thinned_event(
    connection: &Connection,
    key: Key,
    version: u64,
) -> Result<Option<ThinnedEvent>, Error> {
    let place = (key.tenant.bytes(), key.kind.number(), key.id, columns::number(version));
    Ok(read(connection, schema::THINNED_GET, place, key.tenant)?.pop())
}

pub(super) fn last_thinned(connection: &Connection, tenant: TenantId) -> Result<Option<ThinnedEvent>, Error> {
    Ok(read(connection, schema::THINNED_LAST, (tenant.bytes(),), tenant)?.pop())
}

fn read(
    connection: &Connection,
    text: &str,
    places: impl Params,
    tenant: TenantId,
) -> Result<Vec<ThinnedEvent>, Error> {
    let mut statement = connection.prepare_cached(text)?;
    statement.query_map(places, |row| Ok(thinned(columns::event(row, tenant))))?.collect()
}

/// Thins a bundle. Its rows are deleted first and then written short: the pages that they took become free, where
/// shortening each in its place would leave pages with little in them.
pub(super) fn thin(connection: &Connection, bundle: &ThinnedBundle) -> Result<Committed, Broken> {
    let tenant = bundle.tenant().bytes();
    let first = columns::number(bundle.first());
    let count = columns::limit(bundle.events().len());
    let after = first.saturating_add(count);
    let whole: i64 = connection
        .prepare_cached(schema::WHOLE_BETWEEN)?
        .query_one((tenant, first, after), |row| row.get(0))?;
    if whole != count {
        // Thinned already, or not as it was when it was read: it stays as it is.
        return Ok(if whole == 0 { Committed::Committed } else { Committed::Busy });
    }
    connection.prepare_cached(schema::EVENTS_END)?.execute((tenant, first, after))?;
    for left in bundle.events() {
        put(connection, schema::EVENT_PUT, (left.key, left.version, left.index), &left.leaf, &left.mac)?;
    }
    for event in bundle.kept() {
        put(connection, schema::KEPT_PUT, (event.key, event.version, event.index), &event.bytes, &event.mac)?;
    }
    Ok(Committed::Committed)
}

fn put(
    connection: &Connection,
    text: &str,
    (key, version, index): (Key, u64, u64),
    body: &[u8],
    mac: &[u8],
) -> Result<(), Error> {
    let (tenant, kind) = (key.tenant.bytes(), key.kind.number());
    let row = (tenant, columns::number(index), kind, key.id, columns::number(version), body, mac);
    connection.prepare_cached(text)?.execute(row).map(drop)
}

pub(super) fn tiles(
    connection: &Connection,
    tenant: TenantId,
    from: u64,
    limit: usize,
) -> Result<Vec<StoredTile>, Error> {
    let mut statement = connection.prepare_cached(schema::TILES)?;
    let places = (tenant.bytes(), columns::number(from), columns::limit(limit));
    let tile = |row: &rusqlite::Row<'_>| {
        let tile = u64::try_from(row.get::<_, i64>(0)?).unwrap_or(u64::MAX);
        Ok(StoredTile { tile, hash: row.get(1)?, mac: row.get(2)? })
    };
    statement.query_map(places, tile)?.collect()
}

pub(super) fn keep_tiles(
    connection: &Connection,
    tenant: TenantId,
    tiles: &[StoredTile],
) -> Result<(), Error> {
    let mut statement = connection.prepare_cached(schema::TILE_PUT)?;
    for StoredTile { tile, hash, mac } in tiles {
        statement.execute((tenant.bytes(), columns::number(*tile), hash, mac))?;
    }
    Ok(())
}
