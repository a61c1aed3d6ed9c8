//! From columns to what the kernel reads. Nothing here fails: what cannot be read becomes something that no
//! seal fits, so that it is refused when it is opened and not where it was found.

use postern_core::Time;
use postern_core::ids::TenantId;
use postern_core::kernel::{Claim, ClaimKey, Key, Kind, PartRow, Row, Space, StoredEvent};
use postern_core::ports::SealedClaim;
use tokio_postgres::Row as Columns;

/// A number as PostgreSQL has it. Versions, indexes and milliseconds do not reach the end of its range.
pub(super) fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The same for lengths.
pub(super) fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// The columns tenant, id, version, body, seal, state, due, from `at` on.
pub(super) fn row(columns: &Columns, kind: Kind, at: usize) -> Option<(Key, Row)> {
    let key = key(columns, kind, at)?;
    let read = || {
        Some(Row {
            version: natural(columns, at + 2)?,
            body: columns.try_get(at + 3).ok()?,
            seal: columns.try_get(at + 4).ok()?,
            state: columns.try_get(at + 5).ok()?,
            due: optional(columns, at + 6)?,
            parts: Vec::new(),
        })
    };
    let nobodys = || Row {
        version: u64::MAX,
        body: Vec::new(),
        seal: Vec::new(),
        state: String::new(),
        due: None,
        parts: Vec::new(),
    };
    Some((key, read().unwrap_or_else(nobodys)))
}

/// The columns tenant and id, from `at` on; `None` for lengths that no key has.
pub(super) fn key(columns: &Columns, kind: Kind, at: usize) -> Option<Key> {
    let tenant: &[u8] = columns.try_get(at).ok()?;
    let id: &[u8] = columns.try_get(at + 1).ok()?;
    Some(Key::new(kind, TenantId::new(tenant.try_into().ok()?), id.try_into().ok()?))
}

/// The columns kind, tenant, id, number, body, seal, from `at` on.
pub(super) fn part(columns: &Columns, at: usize) -> Option<(Key, PartRow)> {
    let kind = small(columns, at).and_then(Kind::from_number)?;
    let key = key(columns, kind, at + 1)?;
    let number = natural(columns, at + 3).and_then(|number| u32::try_from(number).ok()).unwrap_or(u32::MAX);
    let (bytes, seal) =
        (columns.try_get(at + 4).unwrap_or_default(), columns.try_get(at + 5).unwrap_or_default());
    Some((key, PartRow { number, bytes, seal }))
}

/// The columns tenant, space, key, owner kind, owner, version, until, seal, from `at` on. One that cannot be read
/// has no seal.
pub(super) fn claim(columns: &Columns, at: usize) -> Option<SealedClaim> {
    let tenant: &[u8] = columns.try_get(at).ok()?;
    let tenant = TenantId::new(tenant.try_into().ok()?);
    let space = small(columns, at + 1).and_then(Space::from_number);
    let key: &[u8] = columns.try_get(at + 2).ok()?;
    let known = space.unwrap_or(Space::ExternalId);
    let place = ClaimKey { tenant, space: known, key: key.try_into().unwrap_or([0; 32]) };
    let read = || {
        // A space that there is not must not pass for the one that is shown in its place.
        space?;
        let kind = small(columns, at + 3).and_then(Kind::from_number)?;
        let owner: &[u8] = columns.try_get(at + 4).ok()?;
        let owner = Key::new(kind, tenant, owner.try_into().ok()?);
        let until = optional(columns, at + 6)?.map(Time::from_millis);
        let claim = Claim { place, owner, version: natural(columns, at + 5)?, until };
        Some((claim, columns.try_get(at + 7).ok()?))
    };
    let nobodys = || (Claim { place, owner: Key::tenant(tenant), version: 0, until: None }, Vec::new());
    Some(read().unwrap_or_else(nobodys))
}

/// The columns tenant, index, kind, object, version, body, MAC. One that cannot be read has no MAC.
pub(super) fn event(columns: &Columns, tenant: TenantId) -> StoredEvent {
    let index = natural(columns, 1).unwrap_or(StoredEvent::UNNUMBERED);
    let read = || {
        let kind = small(columns, 2).and_then(Kind::from_number)?;
        let object: &[u8] = columns.try_get(3).ok()?;
        Some(StoredEvent {
            index,
            key: Key::new(kind, tenant, object.try_into().ok()?),
            version: natural(columns, 4)?,
            bytes: columns.try_get(5).ok()?,
            mac: columns.try_get(6).ok()?,
        })
    };
    read().unwrap_or_else(|| StoredEvent {
        index,
        key: Key::new(Kind::Tenant, tenant, [0; 16]),
        version: 0,
        bytes: columns.try_get(5).unwrap_or_default(),
        mac: Vec::new(),
    })
}

/// Whether a column has a value, whatever it is.
pub(super) fn is_there(columns: &Columns, at: usize) -> bool {
    !matches!(columns.try_get::<_, Option<i64>>(at), Ok(None))
}

pub(super) fn small(columns: &Columns, at: usize) -> Option<u8> {
    u8::try_from(columns.try_get::<_, i16>(at).ok()?).ok()
}

pub(super) fn natural(columns: &Columns, at: usize) -> Option<u64> {
    u64::try_from(columns.try_get::<_, i64>(at).ok()?).ok()
}

/// `None` if the column holds no natural number; `Some(None)` if it is empty.
fn optional(columns: &Columns, at: usize) -> Option<Option<u64>> {
    let found: Option<i64> = columns.try_get(at).ok()?;
    found.map_or(Some(None), |found| u64::try_from(found).ok().map(Some))
}
