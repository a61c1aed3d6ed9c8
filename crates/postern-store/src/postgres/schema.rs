//! The text of statements, made from a kind's descriptor: a new kind of record costs one migration and
//! nothing here. Those of every request are calls of functions ([`super::functions`]).

use postern_core::kernel::Kind;

/// Columns of a record's row.
pub(super) const ROW: &str = "r.tenant, r.id, r.version, r.body, r.seal, r.state, r.due";

/// Columns of a claim.
pub(super) const CLAIM: &str = "c.tenant, c.space, c.key, c.owner_kind, c.owner, c.version, c.until, c.seal";

/// Locks rows and reads them as they are once locked, with the keys of old ones: tenants, ids, whether to change.
pub(super) fn lock(kind: Kind) -> String {
    format!("SELECT * FROM {}_lock($1, $2, $3)", kind.name())
}

/// Parts of records: kinds, tenants, ids.
pub(super) const PARTS: &str = "SELECT * FROM parts_of($1, $2, $3)";

/// Who holds places: tenants, spaces, keys.
pub(super) const CLAIMS: &str = "SELECT * FROM claims_at($1, $2, $3)";

/// Everything that looks want, from one moment: tenants, spaces and keys of places; kinds, tenants and ids of
/// records.
pub(super) const VIEW: &str = "SELECT * FROM view($1, $2, $3, $4, $5, $6)";

/// Events by record and version, pending or numbered: tenants, kinds, objects, versions.
pub(super) const EVENTS_BY: &str = "SELECT e.tenant, e.kind, e.object, e.version, e.body \
     FROM unnest($1::bytea[], $2::int2[], $3::bytea[], $4::int8[]) AS k (tenant, kind, object, version) \
     JOIN (SELECT tenant, kind, object, version, body FROM event \
     UNION ALL SELECT tenant, kind, object, version, body FROM pending) e \
     ON e.tenant = k.tenant AND e.kind = k.kind AND e.object = k.object AND e.version = k.version";

/// New rows: tenants, ids, versions, bodies, seals, states, dues.
pub(super) fn insert(kind: Kind) -> String {
    format!("SELECT {}_insert($1, $2, $3, $4, $5, $6, $7)", kind.name())
}

/// Changed rows, which are locked: the same, and the versions before.
pub(super) fn update(kind: Kind) -> String {
    format!("SELECT {}_update($1, $2, $3, $4, $5, $6, $7, $8)", kind.name())
}

/// Parts that go: kinds, tenants, ids, numbers.
pub(super) const PARTS_END: &str = "SELECT end_parts($1, $2, $3, $4)";

/// Parts that come: kinds, tenants, ids, numbers, bodies, seals.
pub(super) const PARTS_PUT: &str = "SELECT put_parts($1, $2, $3, $4, $5, $6)";

/// Places that are taken: the columns in order.
pub(super) const CLAIMS_PUT: &str = "SELECT put_claims($1, $2, $3, $4, $5, $6, $7, $8)";

/// Places that are given up: tenants, spaces, keys.
pub(super) const CLAIMS_END: &str = "SELECT end_claims($1, $2, $3)";

/// Wrapped keys that are forgotten: tenants, ids.
pub(super) const KEYRING_END: &str = "SELECT end_wrapped_keys($1, $2)";

/// Wrapped keys to keep: tenants, ids, wrapped keys.
pub(super) const KEYRING_PUT: &str = "SELECT put_wrapped_keys($1, $2, $3)";

/// Events that wait for a number: tenants, kinds, objects, versions, bodies, MACs.
pub(super) const PENDING_PUT: &str = "SELECT put_pending($1, $2, $3, $4, $5, $6)";

/// Additions to sums: tenants, measures, hours, dimensions, counts.
pub(super) const TALLIES_ADD: &str = "INSERT INTO tally (tenant, measure, hour, dimension, count) \
     SELECT * FROM unnest($1::bytea[], $2::text[], $3::int8[], $4::bytea[], $5::int8[]) \
     AS n (tenant, measure, hour, dimension, count) ORDER BY 1, 2, 3, 4 \
     ON CONFLICT (tenant, measure, hour, dimension) DO UPDATE SET count = tally.count + excluded.count";

/// The database's clock in milliseconds.
pub(super) const CLOCK: &str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::int8";

/// The same, and the number of this transaction.
pub(super) const CLOCK_AND_NUMBER: &str =
    "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::int8, pg_current_xact_id()::text";

/// What became of a transaction: its number. One that this database never gave out did not happen here: a standby
/// took over without it.
pub(super) const BECAME: &str = "SELECT CASE WHEN $1::numeric < pg_current_xact_id()::text::numeric \
     THEN pg_xact_status($1::xid8) ELSE 'aborted' END";

/// A commit that changes nothing, and waits for standbys as every commit does.
pub(super) const BARRIER: &str = "SELECT pg_logical_emit_message(true, 'postern', '')";

/// Keys of rows in key order: tenant and id to start after, limit.
pub(super) fn list(kind: Kind) -> String {
    let table = kind.name();
    format!(
        "SELECT {ROW} FROM {table} r WHERE (r.tenant, r.id) > ($1, $2) \
         AND length(r.tenant) = 16 AND length(r.id) = 16 ORDER BY r.tenant, r.id LIMIT $3"
    )
}

/// The same of one tenant: tenant, id to start after, limit.
pub(super) fn list_of_tenant(kind: Kind) -> String {
    let table = kind.name();
    format!(
        "SELECT {ROW} FROM {table} r WHERE r.tenant = $1 AND r.id > $2 AND length(r.id) = 16 \
         ORDER BY r.id LIMIT $3"
    )
}

/// Keys of rows that are due: tenant and id to start after, limit, until.
pub(super) fn due(kind: Kind) -> String {
    let table = kind.name();
    format!(
        "SELECT tenant, id FROM {table} WHERE due <= $4 AND (tenant, id) > ($1, $2) \
         AND length(tenant) = 16 AND length(id) = 16 ORDER BY tenant, id LIMIT $3"
    )
}

/// All places of a tenant.
pub(super) fn claims_of() -> String {
    format!("SELECT {CLAIM} FROM claim c WHERE c.tenant = $1 ORDER BY c.space, c.key")
}

/// Places whose time was over before a moment, some at once.
pub(super) const CLAIMS_FORGET: &str = "DELETE FROM claim WHERE (tenant, space, key) IN \
     (SELECT tenant, space, key FROM claim WHERE until < $1 ORDER BY tenant, space, key LIMIT 5000 FOR UPDATE) \
     RETURNING 1";

/// Wrapped keys: tenants, ids.
pub(super) const KEYRING_GET: &str = "SELECT * FROM wrapped_keys($1, $2)";

/// One event, pending, numbered or kept: tenant, kind, object, version.
pub(super) const EVENT_GET: &str = "SELECT tenant, idx, kind, object, version, body, mac FROM event \
     WHERE tenant = $1 AND kind = $2 AND object = $3 AND version = $4 AND length(body) <> 32 \
     UNION ALL SELECT tenant, NULL, kind, object, version, body, mac FROM pending \
     WHERE tenant = $1 AND kind = $2 AND object = $3 AND version = $4 \
     UNION ALL SELECT tenant, idx, kind, object, version, body, mac FROM kept_event \
     WHERE tenant = $1 AND kind = $2 AND object = $3 AND version = $4 LIMIT 1";

/// Events in log order: tenant, first index, limit. It begins behind what is thinned.
pub(super) const EVENTS: &str = "SELECT tenant, idx, kind, object, version, body, mac FROM event \
     WHERE tenant = $1 AND idx >= greatest($2, (SELECT max(t.idx) FROM event t \
     WHERE t.tenant = $1 AND length(t.body) = 32 AND t.idx % 256 = 255)) AND length(body) <> 32 \
     ORDER BY idx LIMIT $3";

/// What is left of thinned events in log order: tenant, first index, limit. They are a log's first ones.
pub(super) const THINNED: &str = "SELECT tenant, idx, kind, object, version, body, mac FROM event \
     WHERE tenant = $1 AND idx >= $2 AND length(body) = 32 AND idx <= (SELECT max(t.idx) FROM event t \
     WHERE t.tenant = $1 AND length(t.body) = 32 AND t.idx % 256 = 255) ORDER BY idx LIMIT $3";

/// What is left of one event: tenant, kind, object, version.
pub(super) const THINNED_GET: &str = "SELECT tenant, idx, kind, object, version, body, mac FROM event \
     WHERE tenant = $1 AND kind = $2 AND object = $3 AND version = $4 AND length(body) = 32";

/// What is left of the last event of the newest thinned bundle: tenant.
pub(super) const THINNED_LAST: &str = "SELECT tenant, idx, kind, object, version, body, mac FROM event \
     WHERE tenant = $1 AND length(body) = 32 AND idx % 256 = 255 ORDER BY idx DESC LIMIT 1";

/// Thins a bundle that is there with all its bytes, in one statement: tenant, indexes, leaves, MACs, first index, index
/// after the last, how many, indexes of those to be kept.
pub(super) const THIN: &str = "WITH thinned AS (UPDATE event e SET body = n.leaf, mac = n.mac \
     FROM unnest($2::int8[], $3::bytea[], $4::bytea[]) AS n (idx, leaf, mac) \
     WHERE e.tenant = $1 AND e.idx = n.idx AND length(e.body) <> 32 AND $7 = (SELECT count(*) FROM event w \
     WHERE w.tenant = $1 AND w.idx >= $5 AND w.idx < $6 AND length(w.body) <> 32) RETURNING 1), \
     kept AS (INSERT INTO kept_event (tenant, idx, kind, object, version, body, mac) \
     SELECT tenant, idx, kind, object, version, body, mac FROM event \
     WHERE tenant = $1 AND idx = ANY ($8::int8[]) AND EXISTS (SELECT 1 FROM thinned)) SELECT 1 FROM thinned";

/// Hashes of full tiles: tenant, first tile, limit.
pub(super) const TILES: &str =
    "SELECT tile, hash, mac FROM tile_hash WHERE tenant = $1 AND tile >= $2 ORDER BY tile LIMIT $3";

/// Hashes of full tiles: tenant, tiles, hashes, MACs.
pub(super) const TILES_PUT: &str = "INSERT INTO tile_hash (tenant, tile, hash, mac) \
     SELECT $1, n.* FROM unnest($2::int8[], $3::bytea[], $4::bytea[]) AS n (tile, hash, mac) ORDER BY n.tile \
     ON CONFLICT (tenant, tile) DO NOTHING";

/// A log's hashes: tenant.
pub(super) const TILES_END: &str = "DELETE FROM tile_hash WHERE tenant = $1";

/// Events of one record: tenant, first index, limit, kind, object. A record's versions and its events' indexes
/// grow together. The `+ 0` keeps the planner from going through the log from that index on.
pub(super) const EVENTS_OF: &str = "SELECT tenant, idx, kind, object, version, body, mac FROM event \
     WHERE tenant = $1 AND kind = $4 AND object = $5 AND idx + 0 >= $2 AND length(body) <> 32 \
     ORDER BY version LIMIT $3";

/// A tenant's head, and the index of its last event: tenant.
pub(super) const HEAD_GET: &str = "SELECT h.size, h.frontier, h.seal, \
     (SELECT max(idx) FROM event WHERE tenant = $1) \
     FROM (SELECT 1) AS one LEFT JOIN log_head h ON h.tenant = $1";

/// Tenants that have a log.
pub(super) const TENANTS: &str =
    "SELECT tenant, tenant FROM log_head WHERE length(tenant) = 16 ORDER BY tenant";

/// Tenants with their logs' sizes.
pub(super) const SIZES: &str = "SELECT tenant, tenant, size FROM log_head WHERE length(tenant) = 16";

/// A tenant's newest checkpoint.
pub(super) const CHECKPOINT_GET: &str = "SELECT note FROM checkpoint WHERE tenant = $1";

/// A checkpoint, unless there is a newer one: tenant, size, note. One whose note is not of its size is replaced: its size
/// was altered, and would keep every later one out.
pub(super) const CHECKPOINT_PUT: &str = "INSERT INTO checkpoint (tenant, size, note) VALUES ($1, $2, $3) \
     ON CONFLICT (tenant) DO UPDATE SET size = excluded.size, note = excluded.note \
     WHERE excluded.size >= checkpoint.size \
     OR position(chr(10) || checkpoint.size || chr(10) IN checkpoint.note) = 0";

/// Sums: tenant, measure, first hour.
pub(super) const TALLIES: &str = "SELECT hour, dimension, count FROM tally \
     WHERE tenant = $1 AND measure = $2 AND hour >= $3 AND length(dimension) = 16 ORDER BY hour, dimension";

/// Takes or renews a lease: name, holder, milliseconds.
pub(super) const LEASE_TAKE: &str = "INSERT INTO lease (name, holder, epoch, until) \
     VALUES ($1, $2, 1, (extract(epoch FROM clock_timestamp()) * 1000)::int8 + $3) \
     ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until, \
     epoch = CASE WHEN lease.holder = excluded.holder THEN lease.epoch ELSE lease.epoch + 1 END \
     WHERE lease.holder = excluded.holder \
     OR lease.until < (extract(epoch FROM clock_timestamp()) * 1000)::int8 RETURNING epoch";

/// Gives leases up at once: holder.
pub(super) const LEASES_END: &str = "UPDATE lease SET until = 0 WHERE holder = $1";

/// Whether a lease is still of this epoch; nobody takes it over while the transaction lasts: name, holder, epoch.
pub(super) const LEASE_HOLDS: &str =
    "SELECT 1 FROM lease WHERE name = $1 AND holder = $2 AND epoch = $3 FOR SHARE";

/// Tenants with pending events that can be numbered, and how long the oldest has waited, in milliseconds.
pub(super) const WAITING: &str = "SELECT p.tenant, \
     (extract(epoch FROM clock_timestamp()) * 1000)::int8 - min(p.at) FROM pending p WHERE NOT EXISTS \
     (SELECT 1 FROM quarantine q WHERE q.tenant = p.tenant AND q.kind = p.kind AND q.object = p.object) \
     GROUP BY p.tenant";

/// A head that is there from now on: tenant, frontier, seal of an empty tree.
pub(super) const HEAD_BEGIN: &str = "INSERT INTO log_head (tenant, size, frontier, seal) VALUES ($1, 0, $2, $3) \
     ON CONFLICT (tenant) DO NOTHING";

/// Locks a tenant's head: tenant. What it is stands in a statement of its own, which sees what was committed while the
/// lock was waited for.
pub(super) const HEAD_LOCK: &str = "SELECT 1 FROM log_head WHERE tenant = $1 FOR UPDATE";

/// Pending events of a tenant in key order, and the version that each one's object has in the log: tenant, limit.
pub(super) const PENDING: &str = "SELECT p.tenant, NULL::int8, p.kind, p.object, p.version, p.body, p.mac, \
     (SELECT max(e.version) FROM event e WHERE e.tenant = p.tenant AND e.kind = p.kind \
     AND e.object = p.object) \
     FROM pending p WHERE p.tenant = $1 AND NOT EXISTS \
     (SELECT 1 FROM quarantine q WHERE q.tenant = p.tenant AND q.kind = p.kind AND q.object = p.object) \
     ORDER BY p.kind, p.object, p.version LIMIT $2";

/// Numbered events: tenant, indexes, kinds, objects, versions, bodies, MACs.
pub(super) const EVENTS_PUT: &str = "INSERT INTO event (tenant, idx, kind, object, version, body, mac) \
     SELECT $1, n.* FROM unnest($2::int8[], $3::int2[], $4::bytea[], $5::int8[], $6::bytea[], $7::bytea[]) \
     AS n (idx, kind, object, version, body, mac) RETURNING 1";

/// Pending events that have a number now: tenant, kinds, objects, versions.
pub(super) const PENDING_END: &str = "DELETE FROM pending p \
     USING unnest($2::int2[], $3::bytea[], $4::int8[]) AS k (kind, object, version) \
     WHERE p.tenant = $1 AND p.kind = k.kind AND p.object = k.object AND p.version = k.version RETURNING 1";

/// Pending events that are not as they were written: tenant, kinds, objects, versions.
pub(super) const QUARANTINE: &str = "WITH gone AS (DELETE FROM pending p \
     USING unnest($2::int2[], $3::bytea[], $4::int8[]) AS k (kind, object, version) \
     WHERE p.tenant = $1 AND p.kind = k.kind AND p.object = k.object AND p.version = k.version RETURNING p.*) \
     INSERT INTO quarantine (tenant, kind, object, version, body, mac, at) \
     SELECT tenant, kind, object, version, body, mac, at FROM gone \
     ON CONFLICT (tenant, kind, object, version) DO NOTHING";

/// Pending events that were put aside: tenant.
pub(super) const PUT_ASIDE: &str =
    "SELECT DISTINCT kind, tenant, object FROM quarantine WHERE tenant = $1 ORDER BY kind, object";

/// Whether any event was put aside, and those that nobody was told of, the longest there first: limit.
pub(super) const FORGED: &str = "SELECT a.found, q.kind, q.tenant, q.object, q.number, sha256(q.body) FROM \
     (SELECT EXISTS (SELECT 1 FROM quarantine) AS found) a LEFT JOIN \
     (SELECT * FROM quarantine WHERE NOT told ORDER BY number LIMIT $1) q ON true ORDER BY q.number";

/// Events that were told of: numbers.
pub(super) const FORGED_TOLD: &str = "UPDATE quarantine SET told = true WHERE number = ANY($1)";

/// A tenant's head: tenant, size, frontier, seal.
pub(super) const HEAD_PUT: &str = "UPDATE log_head SET size = $2, frontier = $3, seal = $4 WHERE tenant = $1 \
     RETURNING 1";

/// Settings that promises depend on, as text.
pub(super) const SETTINGS: &str = "SELECT current_setting('server_version_num'), \
     current_setting('synchronous_commit'), current_setting('synchronous_standby_names'), \
     current_setting('fsync'), current_setting('full_page_writes'), current_setting('data_checksums'), \
     pg_is_in_recovery()::text, current_setting('max_connections')";

/// Gives up sums of hours before this one.
pub(super) const TALLIES_FORGET: &str = "DELETE FROM tally WHERE hour < $1";

/// Bytes of the database, events that have a place in a log, and how many of them are thinned.
pub(super) const STORED: &str = "SELECT pg_database_size(current_database()), \
     (SELECT coalesce(sum(size), 0)::int8 FROM log_head), \
     (SELECT count(*) * 256 FROM event WHERE length(body) = 32 AND idx % 256 = 255)";
