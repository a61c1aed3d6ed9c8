//! The writer's transaction as settling work sees it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use postern_core::ids::TenantId;
use postern_core::kernel::{
    Claim, ClaimKey, DraftEvent, Key, KeyringEntry, Put, Row, Seal, Sealed, Sealer, Tally,
};
use postern_core::ports::SealedClaim;
use postern_log::{Frontier, leaf_hash};
use rusqlite::{Connection, Error};

use super::broken::{Broken, collision};
use super::heads::Heads;
use super::reads::head;
use super::tallies::Sums;
use super::{columns, schema};
use crate::rows::{ENDED, Reads, Rows, Standing};

/// One transaction. What it holds in memory is believed once it has committed.
pub(super) struct Transaction<'a> {
    pub(super) connection: &'a Connection,
    pub(super) sealer: &'a Sealer,
    /// Committed heads.
    pub(super) heads: &'a mut Heads,
    /// Heads that this transaction moves.
    pub(super) moved: BTreeMap<TenantId, Frontier>,
    /// Additions that come with its work.
    pub(super) sums: Sums,
    /// What it has read of records that it has not changed since: those that all its work is guarded by.
    stood: RefCell<BTreeMap<Key, Standing>>,
}

impl<'a> Transaction<'a> {
    pub(super) fn new(connection: &'a Connection, sealer: &'a Sealer, heads: &'a mut Heads) -> Self {
        let (moved, sums, stood) = (BTreeMap::new(), Sums::default(), RefCell::default());
        Self { connection, sealer, heads, moved, sums, stood }
    }

    /// Writes each head that moved, once.
    pub(super) fn write_heads(&self) -> Result<(), Broken> {
        for (tenant, frontier) in &self.moved {
            let bytes = frontier.to_bytes();
            let seal = self.sealer.head(*tenant, &bytes);
            let mut statement = self.connection.prepare_cached(schema::HEAD_PUT)?;
            statement.execute((tenant.bytes(), columns::number(frontier.size()), bytes, seal))?;
        }
        Ok(())
    }

    /// Whether the log ends where the head in memory says: a file that was set back under a running service takes no more.
    fn is_whole(&self, tenant: TenantId, head: &Frontier) -> Result<bool, Broken> {
        let mut statement = self.connection.prepare_cached(schema::LOG_END)?;
        let end: i64 = statement.query_row((tenant.bytes(),), |row| row.get(0))?;
        Ok(end == columns::number(head.size()))
    }

    fn parts(&self, key: Key, sealed: &Sealed) -> Result<(), Broken> {
        let (kind, tenant) = (key.kind.number(), key.tenant.bytes());
        let found: Vec<i64> = {
            let mut statement = self.connection.prepare_cached(schema::PART_NUMBERS)?;
            statement.query_map((kind, tenant, key.id), |row| row.get(0))?.collect::<Result<_, Error>>()?
        };
        for number in found {
            if !sealed.part_numbers.iter().any(|stays| i64::from(*stays) == number) {
                let mut statement = self.connection.prepare_cached(schema::PART_END)?;
                statement.execute((kind, tenant, key.id, number))?;
            }
        }
        for part in &sealed.new_parts {
            let mut statement = self.connection.prepare_cached(schema::PART_PUT)?;
            statement.execute((kind, tenant, key.id, part.number, &part.bytes, part.seal))?;
        }
        Ok(())
    }
}

impl Reads for Transaction<'_> {
    type Fault = Broken;

    fn row(&self, key: Key) -> Result<Option<Row>, Broken> {
        Ok(self.connection.row(key)?)
    }

    fn claim(&self, place: &ClaimKey) -> Result<Option<SealedClaim>, Broken> {
        Ok(self.connection.claim(place)?)
    }
}

impl Rows for Transaction<'_> {
    fn standing(&self, key: Key) -> Result<Standing, Broken> {
        if let Some(stood) = self.stood.borrow().get(&key) {
            return Ok(*stood);
        }
        let mut statement = self.connection.prepare_cached(&schema::standing(key.kind))?;
        let standing = statement.query_one((key.tenant.bytes(), key.id, key.kind.number()), |row| {
            let version: Option<i64> = row.get(0)?;
            // A negative one is nobody's: it has moved, and is refused when the row is opened.
            let version = version.map(|version| u64::try_from(version).unwrap_or(u64::MAX));
            Ok(Standing { version, is_old: row.get(1)? })
        })?;
        self.stood.borrow_mut().insert(key, standing);
        Ok(standing)
    }

    fn head_is_genuine(&mut self, tenant: TenantId) -> Result<bool, Broken> {
        if self.moved.contains_key(&tenant) {
            return Ok(true);
        }
        let frontier = match self.heads.get(tenant).cloned() {
            Some(known) => self.is_whole(tenant, &known)?.then_some(known),
            None => head(self.connection, tenant, self.sealer)?,
        };
        let Some(frontier) = frontier else { return Ok(false) };
        self.moved.insert(tenant, frontier);
        Ok(true)
    }

    fn put(&mut self, key: Key, put: &Put, sealed: &Sealed) -> Result<(), Broken> {
        self.stood.borrow_mut().remove(&key);
        let columns = put.image.as_ref().map(|image| image.columns);
        let state = columns.map_or(ENDED, |columns| columns.state);
        let due = columns.and_then(|columns| columns.due).map(|due| columns::number(due.millis()));
        let (tenant, version) = (key.tenant.bytes(), columns::number(put.version));
        let (body, seal) = (&sealed.body, sealed.seal);
        if put.expect == 0 {
            let mut statement = self.connection.prepare_cached(&schema::insert(key.kind))?;
            statement.execute((tenant, key.id, version, body, seal, state, due))?;
        } else {
            let expect = columns::number(put.expect);
            let row = (tenant, key.id, version, body, seal, state, due, expect);
            let mut changed = self.connection.prepare_cached(&schema::update_body(key.kind))?.execute(row)?;
            if changed == 0 {
                changed = self.connection.prepare_cached(&schema::update(key.kind))?.execute(row)?;
            }
            if changed != 1 {
                return Err(Broken::Moved(key));
            }
        }
        self.parts(key, sealed)
    }

    fn take(&mut self, claim: &Claim, seal: Seal) -> Result<(), Broken> {
        let (place, owner) = (&claim.place, &claim.owner);
        let mut statement = self.connection.prepare_cached(schema::CLAIM_PUT)?;
        statement.execute((
            place.tenant.bytes(),
            place.space.number(),
            place.key,
            owner.kind.number(),
            owner.id,
            columns::number(claim.version),
            claim.until.map(|until| columns::number(until.millis())),
            seal,
        ))?;
        Ok(())
    }

    fn release(&mut self, place: &ClaimKey) -> Result<(), Broken> {
        let mut statement = self.connection.prepare_cached(schema::CLAIM_END)?;
        statement.execute((place.tenant.bytes(), place.space.number(), place.key))?;
        Ok(())
    }

    fn forget_key(&mut self, subject: Key) -> Result<(), Broken> {
        let mut statement = self.connection.prepare_cached(schema::KEYRING_END)?;
        statement.execute((subject.tenant.bytes(), subject.id))?;
        Ok(())
    }

    fn keep_key(&mut self, entry: &KeyringEntry) -> Result<(), Broken> {
        let mut statement = self.connection.prepare_cached(schema::KEYRING_PUT)?;
        statement.execute((entry.subject.tenant.bytes(), entry.subject.id, &entry.wrapped))?;
        Ok(())
    }

    fn append(&mut self, event: &DraftEvent, mac: Seal) -> Result<(), Broken> {
        let key = event.key;
        let head = self.moved.entry(key.tenant).or_default();
        let index = columns::number(head.size());
        head.append(leaf_hash(&event.bytes));
        let mut statement = self.connection.prepare_cached(schema::EVENT_PUT)?;
        let row = (
            key.tenant.bytes(),
            index,
            key.kind.number(),
            key.id,
            columns::number(event.version),
            &event.bytes,
            mac,
        );
        statement.execute(row).map(drop).map_err(|error| collision(error, key))
    }

    fn tally(&mut self, tallies: &[Tally]) {
        self.sums.add(tallies);
    }
}
