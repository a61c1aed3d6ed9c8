//! The text of statements, made from a kind's descriptor: a new kind of record costs one migration and
//! nothing here.

use postern_core::kernel::Kind;

/// A row with its parts: tenant, id, kind's number.
pub(super) fn get(kind: Kind) -> String {
    let table = kind.name();
    format!(
        "SELECT r.version, r.body, r.seal, r.state, r.due, p.number, p.body, p.seal \
         FROM {table} r LEFT JOIN part p ON p.kind = ?3 AND p.tenant = r.tenant AND p.id = r.id \
         WHERE r.tenant = ?1 AND r.id = ?2 ORDER BY p.number"
    )
}

/// A row's version, and whether the log has the event after it: tenant, id, kind's number.
pub(super) fn standing(kind: Kind) -> String {
    let table = kind.name();
    format!(
        "SELECT r.version, EXISTS (SELECT 1 FROM event WHERE tenant = ?1 AND kind = ?3 AND object = ?2 \
         AND version = coalesce(r.version, 0) + 1) \
         FROM (SELECT 1) LEFT JOIN {table} r ON r.tenant = ?1 AND r.id = ?2"
    )
}

/// A row where there was none: tenant, id, version, body, seal, state, due.
pub(super) fn insert(kind: Kind) -> String {
    let table = kind.name();
    format!(
        "INSERT INTO {table} (tenant, id, version, body, seal, state, due) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
    )
}

/// A row whose state and due stay, so that no index is touched: tenant, id, version, body, seal, state,
/// due, the version before.
pub(super) fn update_body(kind: Kind) -> String {
    let table = kind.name();
    format!(
        "UPDATE {table} SET version = ?3, body = ?4, seal = ?5 \
         WHERE tenant = ?1 AND id = ?2 AND version = ?8 AND state = ?6 AND due IS ?7"
    )
}

/// A row: tenant, id, version, body, seal, state, due, the version before.
pub(super) fn update(kind: Kind) -> String {
    let table = kind.name();
    format!(
        "UPDATE {table} SET version = ?3, body = ?4, seal = ?5, state = ?6, due = ?7 \
         WHERE tenant = ?1 AND id = ?2 AND version = ?8"
    )
}

/// Keys of rows in key order: tenant and id to start after, limit.
pub(super) fn list(kind: Kind) -> String {
    let table = kind.name();
    format!(
        "SELECT tenant, id FROM {table} WHERE (tenant, id) > (?1, ?2) \
         AND length(tenant) = 16 AND length(id) = 16 ORDER BY tenant, id LIMIT ?3"
    )
}

/// The same of one tenant: tenant, id to start after, limit.
pub(super) fn list_of_tenant(kind: Kind) -> String {
    let table = kind.name();
    format!(
        "SELECT tenant, id FROM {table} WHERE tenant = ?1 AND id > ?2 AND length(id) = 16 \
         ORDER BY id LIMIT ?3"
    )
}

/// Keys of rows that are due: tenant and id to start after, limit, until.
pub(super) fn due(kind: Kind) -> String {
    let table = kind.name();
    format!(
        "SELECT tenant, id FROM {table} INDEXED BY {table}_due WHERE due <= ?4 AND (tenant, id) > (?1, ?2) \
         AND length(tenant) = 16 AND length(id) = 16 ORDER BY tenant, id LIMIT ?3"
    )
}

/// A record's parts: kind's number, tenant, id.
pub(super) const PART_NUMBERS: &str = "SELECT number FROM part WHERE kind = ?1 AND tenant = ?2 AND id = ?3";

/// A part that goes: kind's number, tenant, id, number.
pub(super) const PART_END: &str =
    "DELETE FROM part WHERE kind = ?1 AND tenant = ?2 AND id = ?3 AND number = ?4";

/// A part that comes: kind's number, tenant, id, number, body, seal.
pub(super) const PART_PUT: &str =
    "INSERT OR REPLACE INTO part (kind, tenant, id, number, body, seal) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

/// Who holds a place: tenant, space, key.
pub(super) const CLAIM_GET: &str = "SELECT tenant, space, key, owner_kind, owner, version, until, seal \
     FROM claim WHERE tenant = ?1 AND space = ?2 AND key = ?3";

/// A place is taken: the columns in order.
pub(super) const CLAIM_PUT: &str = "INSERT INTO claim (tenant, space, key, owner_kind, owner, version, until, seal) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

/// A place is given up: tenant, space, key.
pub(super) const CLAIM_END: &str = "DELETE FROM claim WHERE tenant = ?1 AND space = ?2 AND key = ?3";

/// All places of a tenant.
pub(super) const CLAIMS: &str = "SELECT tenant, space, key, owner_kind, owner, version, until, seal \
     FROM claim WHERE tenant = ?1 ORDER BY space, key";

/// Places whose time was over before a moment.
pub(super) const CLAIMS_FORGET: &str = "DELETE FROM claim WHERE until < ?1";

/// A wrapped key: tenant, id.
pub(super) const KEYRING_GET: &str = "SELECT wrapped FROM keyring WHERE tenant = ?1 AND id = ?2";

/// A wrapped key to keep: tenant, id, wrapped.
pub(super) const KEYRING_PUT: &str =
    "INSERT OR REPLACE INTO keyring (tenant, id, wrapped) VALUES (?1, ?2, ?3)";

/// A wrapped key is forgotten: tenant, id.
pub(super) const KEYRING_END: &str = "DELETE FROM keyring WHERE tenant = ?1 AND id = ?2";

/// Every wrapped key.
pub(super) const KEYRING: &str =
    "SELECT tenant, id, wrapped FROM keyring WHERE length(tenant) = 16 AND length(id) = 16";

/// An event: the columns in order.
pub(super) const EVENT_PUT: &str = "INSERT INTO event (tenant, idx, kind, object, version, body, mac) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

/// One event, or one that was kept: tenant, kind's number, object, version.
pub(super) const EVENT_GET: &str = "SELECT tenant, idx, kind, object, version, body, mac FROM event \
     WHERE tenant = ?1 AND kind = ?2 AND object = ?3 AND version = ?4 AND length(body) <> 32 \
     UNION ALL SELECT tenant, idx, kind, object, version, body, mac FROM kept_event \
     WHERE tenant = ?1 AND kind = ?2 AND object = ?3 AND version = ?4 LIMIT 1";

/// Events in log order: tenant, first index, limit. It begins behind what is thinned.
pub(super) const EVENTS: &str = "SELECT tenant, idx, kind, object, version, body, mac FROM event \
     WHERE tenant = ?1 AND idx >= max(?2, (SELECT coalesce(max(idx), -1) FROM event INDEXED BY event_thinned \
     WHERE tenant = ?1 AND length(body) = 32 AND idx % 256 = 255)) AND length(body) <> 32 ORDER BY idx LIMIT ?3";

/// What is left of thinned events in log order: tenant, first index, limit. They are a log's first ones.
pub(super) const THINNED: &str = "SELECT tenant, idx, kind, object, version, body, mac FROM event \
     WHERE tenant = ?1 AND idx >= ?2 AND length(body) = 32 \
     AND idx <= (SELECT max(idx) FROM event INDEXED BY event_thinned \
     WHERE tenant = ?1 AND length(body) = 32 AND idx % 256 = 255) ORDER BY idx LIMIT ?3";

/// What is left of one event: tenant, kind's number, object, version.
pub(super) const THINNED_GET: &str = "SELECT tenant, idx, kind, object, version, body, mac FROM event \
     WHERE tenant = ?1 AND kind = ?2 AND object = ?3 AND version = ?4 AND length(body) = 32";

/// What is left of the last event of the newest thinned bundle: tenant.
pub(super) const THINNED_LAST: &str = "SELECT tenant, idx, kind, object, version, body, mac FROM event \
     INDEXED BY event_thinned WHERE tenant = ?1 AND length(body) = 32 AND idx % 256 = 255 ORDER BY idx DESC LIMIT 1";

/// How many events of a range have their bytes: tenant, first index, index after the last.
pub(super) const WHOLE_BETWEEN: &str = "SELECT count(*) FROM event \
     WHERE tenant = ?1 AND idx >= ?2 AND idx < ?3 AND length(body) <> 32";

/// Events of a range, which are written again short: tenant, first index, index after the last.
pub(super) const EVENTS_END: &str = "DELETE FROM event WHERE tenant = ?1 AND idx >= ?2 AND idx < ?3";

/// A thinned event that a row needs: the columns in order.
pub(super) const KEPT_PUT: &str = "INSERT INTO kept_event (tenant, idx, kind, object, version, body, mac) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

/// Hashes of full tiles: tenant, first tile, limit.
pub(super) const TILES: &str =
    "SELECT tile, hash, mac FROM tile_hash WHERE tenant = ?1 AND tile >= ?2 ORDER BY tile LIMIT ?3";

/// The hash of a full tile: tenant, tile, hash, MAC.
pub(super) const TILE_PUT: &str = "INSERT INTO tile_hash (tenant, tile, hash, mac) VALUES (?1, ?2, ?3, ?4) \
     ON CONFLICT (tenant, tile) DO NOTHING";

/// A log's hashes: tenant.
pub(super) const TILES_END: &str = "DELETE FROM tile_hash WHERE tenant = ?1";

/// Events of one record: tenant, first index, limit, kind's number, object. A record's versions and its
/// events' indexes grow together. The `+` keeps the planner from going through the log from that index on.
pub(super) const EVENTS_OF: &str = "SELECT tenant, idx, kind, object, version, body, mac FROM event \
     WHERE tenant = ?1 AND kind = ?4 AND object = ?5 AND +idx >= ?2 AND length(body) <> 32 \
     ORDER BY version LIMIT ?3";

/// A tenant's head, and the index of its last event.
pub(super) const HEAD_GET: &str = "SELECT h.size, h.frontier, h.seal, \
     (SELECT max(idx) FROM event WHERE tenant = ?1) FROM (SELECT 1) LEFT JOIN log_head h ON h.tenant = ?1";

/// Where a tenant's events end: tenant.
pub(super) const LOG_END: &str = "SELECT coalesce(max(idx) + 1, 0) FROM event WHERE tenant = ?1";

/// A tenant's head: tenant, size, frontier, seal.
pub(super) const HEAD_PUT: &str =
    "INSERT OR REPLACE INTO log_head (tenant, size, frontier, seal) VALUES (?1, ?2, ?3, ?4)";

/// Tenants that have a log.
pub(super) const TENANTS: &str = "SELECT tenant FROM log_head WHERE length(tenant) = 16 ORDER BY tenant";

/// A tenant's newest checkpoint.
pub(super) const CHECKPOINT_GET: &str = "SELECT note FROM checkpoint WHERE tenant = ?1";

/// A checkpoint, unless there is a newer one: tenant, size, note. One whose note is not of its size is replaced: its size
/// was altered, and would keep every later one out.
pub(super) const CHECKPOINT_PUT: &str = "INSERT INTO checkpoint (tenant, size, note) VALUES (?1, ?2, ?3) \
     ON CONFLICT (tenant) DO UPDATE SET size = excluded.size, note = excluded.note \
     WHERE excluded.size >= size OR instr(note, char(10) || size || char(10)) = 0";

/// An addition to a sum: tenant, measure, hour, dimension, count.
pub(super) const TALLY: &str = "INSERT INTO tally (tenant, measure, hour, dimension, count) VALUES (?1, ?2, ?3, ?4, ?5) \
     ON CONFLICT (tenant, measure, hour, dimension) DO UPDATE SET count = count + excluded.count";

/// Sums: tenant, measure, first hour.
pub(super) const TALLIES: &str = "SELECT hour, dimension, count FROM tally \
     WHERE tenant = ?1 AND measure = ?2 AND hour >= ?3 AND length(dimension) = 16 \
     ORDER BY hour, dimension";

/// Gives up sums of hours before this one.
pub(super) const TALLIES_FORGET: &str = "DELETE FROM tally WHERE hour < ?1";

/// Bytes of the database, events that have a place in a log, and how many of them are thinned.
pub(super) const SIZES: &str = "SELECT (SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()), \
     (SELECT coalesce(sum(size), 0) FROM log_head), \
     (SELECT count(*) * 256 FROM event INDEXED BY event_thinned WHERE length(body) = 32 AND idx % 256 = 255)";
