//! From columns to what the kernel reads. Nothing here fails: what cannot be read becomes something that no
//! seal fits, so that it is refused when it is opened and not where it was found.

use postern_core::Time;
use postern_core::ids::TenantId;
use postern_core::kernel::{Claim, ClaimKey, Key, Kind, PartRow, Row, Space, StoredEvent};
use postern_core::ports::SealedClaim;
use rusqlite::Row as Columns;

/// A number as SQLite has it. Versions, indexes and milliseconds do not reach the end of its range.
pub(super) fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The same for lengths.
pub(super) fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// The columns version, body, seal, state, due.
pub(super) fn row(columns: &Columns<'_>) -> Row {
    try_row(columns).unwrap_or(Row {
        version: 0,
        body: Vec::new(),
        seal: Vec::new(),
        state: String::new(),
        due: None,
        parts: Vec::new(),
    })
}

fn try_row(columns: &Columns<'_>) -> Option<Row> {
    Some(Row {
        version: natural(columns, 0)?,
        body: columns.get(1).ok()?,
        seal: columns.get(2).ok()?,
        state: columns.get(3).ok()?,
        due: optional(columns, 4)?,
        parts: Vec::new(),
    })
}

/// The columns number, body, seal from 5 on; `None` if there is no part.
pub(super) fn part(columns: &Columns<'_>) -> Option<PartRow> {
    let found: Option<i64> = columns.get(5).ok()?;
    let number = u32::try_from(found?).ok();
    let read = || Some(PartRow { number: number?, bytes: columns.get(6).ok()?, seal: columns.get(7).ok()? });
    Some(read().unwrap_or(PartRow { number: u32::MAX, bytes: Vec::new(), seal: Vec::new() }))
}

/// The columns of a claim, the seal last. One that cannot be read has no seal.
pub(super) fn claim(columns: &Columns<'_>, place: ClaimKey) -> SealedClaim {
    try_claim(columns, place).unwrap_or_else(|| {
        let owner = Key::new(Kind::Tenant, place.tenant, [0; 16]);
        (Claim { place, owner, version: 0, until: None }, Vec::new())
    })
}

fn try_claim(columns: &Columns<'_>, place: ClaimKey) -> Option<SealedClaim> {
    let kind = Kind::from_number(columns.get(3).ok()?)?;
    let owner = Key::new(kind, place.tenant, columns.get(4).ok()?);
    let until = optional(columns, 6)?.map(Time::from_millis);
    let claim = Claim { place, owner, version: natural(columns, 5)?, until };
    Some((claim, columns.get(7).ok()?))
}

/// The place that a claim's columns name. One that cannot be read is a place that no claim was sealed for.
pub(super) fn place(columns: &Columns<'_>, tenant: TenantId) -> ClaimKey {
    let read = || Some((columns.get(1).ok().and_then(Space::from_number)?, columns.get(2).ok()?));
    let (space, key) = read().unwrap_or((Space::ExternalId, [0; 32]));
    ClaimKey { tenant, space, key }
}

/// The columns of an event. One that cannot be read has no MAC.
pub(super) fn event(columns: &Columns<'_>, tenant: TenantId) -> StoredEvent {
    let index = natural(columns, 1).unwrap_or(u64::MAX);
    try_event(columns, tenant, index).unwrap_or_else(|| StoredEvent {
        index,
        key: Key::new(Kind::Tenant, tenant, [0; 16]),
        version: 0,
        bytes: columns.get(5).unwrap_or_default(),
        mac: Vec::new(),
    })
}

fn try_event(columns: &Columns<'_>, tenant: TenantId, index: u64) -> Option<StoredEvent> {
    let kind = Kind::from_number(columns.get(2).ok()?)?;
    Some(StoredEvent {
        index,
        key: Key::new(kind, tenant, columns.get(3).ok()?),
        version: natural(columns, 4)?,
        bytes: columns.get(5).ok()?,
        mac: columns.get(6).ok()?,
    })
}

/// The columns tenant and id.
pub(super) fn key(columns: &Columns<'_>, kind: Kind) -> rusqlite::Result<Key> {
    Ok(Key::new(kind, TenantId::new(columns.get(0)?), columns.get(1)?))
}

fn natural(columns: &Columns<'_>, index: usize) -> Option<u64> {
    u64::try_from(columns.get::<_, i64>(index).ok()?).ok()
}

/// `None` if the column holds no natural number; `Some(None)` if it is empty.
fn optional(columns: &Columns<'_>, index: usize) -> Option<Option<u64>> {
    let found: Option<i64> = columns.get(index).ok()?;
    found.map_or(Some(None), |found| u64::try_from(found).ok().map(Some))
}
