//! A store of each kind, and a way to write to it behind its back.

use std::sync::Arc;

use postern_core::ids::TenantId;
use postern_core::kernel::{ClaimKey, Key, PartRow, Row};
use postern_core::ports::{SealedClaim, Store};
use postern_store::memory::Memory;
use postern_store::sqlite::{Options, Sqlite};
use rusqlite::{Connection, OptionalExtension as _};
use tempfile::TempDir;

use crate::support::sealer;

/// A fresh store, as a case needs it.
pub(crate) trait Harness {
    fn store(&self) -> Arc<dyn Store>;

    /// A row as it is at rest.
    fn raw_row(&self, key: Key) -> Option<Row>;

    /// Puts a row with its parts, or none, in the place of what is there.
    fn put_raw_row(&self, key: Key, row: Option<&Row>);

    fn raw_claim(&self, place: ClaimKey) -> Option<SealedClaim>;

    fn put_raw_claim(&self, place: ClaimKey, claim: &SealedClaim);

    /// Changes the seal of a tenant's head, in memory as on the disk.
    fn spoil_head(&self, tenant: TenantId);

    /// Waits until it is known which logs grew.
    fn settle(&self) {}

    /// Whether events get their numbers after the commit.
    fn numbers_later(&self) -> bool {
        false
    }

    /// The store after whatever it keeps in memory is lost.
    fn reopened(self) -> Self;
}

pub(crate) struct InMemory(Arc<Memory>);

impl InMemory {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Memory::new(sealer())))
    }
}

impl Harness for InMemory {
    fn store(&self) -> Arc<dyn Store> {
        Arc::<Memory>::clone(&self.0)
    }

    fn raw_row(&self, key: Key) -> Option<Row> {
        let mut found = None;
        self.0.alter_row(key, |row| found = row.clone());
        found
    }

    fn put_raw_row(&self, key: Key, row: Option<&Row>) {
        self.0.alter_row(key, |there| *there = row.cloned());
    }

    fn raw_claim(&self, place: ClaimKey) -> Option<SealedClaim> {
        let mut found = None;
        self.0.alter_claim(place, |claim| found = claim.clone());
        found
    }

    fn put_raw_claim(&self, place: ClaimKey, claim: &SealedClaim) {
        self.0.alter_claim(place, |there| *there = Some(claim.clone()));
    }

    fn spoil_head(&self, tenant: TenantId) {
        self.0.alter_head(tenant, |head| head.as_mut().expect("a head").1[0] ^= 1);
    }

    fn reopened(self) -> Self {
        self
    }
}

pub(crate) struct OnDisk {
    store: Arc<Sqlite>,
    folder: TempDir,
}

impl OnDisk {
    pub(crate) fn new() -> Self {
        Self::with(Options::default())
    }

    pub(crate) fn with(options: Options) -> Self {
        let folder = TempDir::new().expect("a folder");
        let store = Sqlite::open(folder.path(), sealer(), options).expect("a store");
        Self { store: Arc::new(store), folder }
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// A connection beside the store's own.
    pub(crate) fn raw(&self) -> Connection {
        raw(self.folder())
    }
}

pub(crate) fn raw(folder: &std::path::Path) -> Connection {
    #[expect(clippy::disallowed_methods, reason = "somebody else than the store")]
    let connection = Connection::open(folder.join("postern.db")).expect("a database");
    connection.busy_timeout(std::time::Duration::from_secs(5)).expect("a timeout");
    connection
}

impl Harness for OnDisk {
    fn store(&self) -> Arc<dyn Store> {
        Arc::<Sqlite>::clone(&self.store)
    }

    fn raw_row(&self, key: Key) -> Option<Row> {
        let raw = self.raw();
        let text = format!(
            "SELECT version, body, seal, state, due FROM {} WHERE tenant = ?1 AND id = ?2",
            key.kind.name()
        );
        let mut row = raw
            .query_row(&text, (key.tenant.bytes(), key.id), |row| {
                Ok(Row {
                    version: row.get::<_, i64>(0)?.unsigned_abs(),
                    body: row.get(1)?,
                    seal: row.get(2)?,
                    state: row.get(3)?,
                    due: row.get::<_, Option<i64>>(4)?.map(i64::unsigned_abs),
                    parts: Vec::new(),
                })
            })
            .optional()
            .expect("a row")?;
        let text =
            "SELECT number, body, seal FROM part WHERE kind = ?1 AND tenant = ?2 AND id = ?3 ORDER BY 1";
        let mut parts = raw.prepare(text).expect("a statement");
        let parts = parts
            .query_map((key.kind.number(), key.tenant.bytes(), key.id), |row| {
                Ok(PartRow { number: row.get(0)?, bytes: row.get(1)?, seal: row.get(2)? })
            })
            .expect("parts");
        row.parts = parts.map(|part| part.expect("a part")).collect();
        Some(row)
    }

    fn put_raw_row(&self, key: Key, row: Option<&Row>) {
        let mut raw = self.raw();
        let raw = raw.transaction().expect("a transaction");
        let table = key.kind.name();
        let (kind, tenant) = (key.kind.number(), key.tenant.bytes());
        raw.execute(&format!("DELETE FROM {table} WHERE tenant = ?1 AND id = ?2"), (tenant, key.id))
            .expect("the row goes");
        raw.execute("DELETE FROM part WHERE kind = ?1 AND tenant = ?2 AND id = ?3", (kind, tenant, key.id))
            .expect("its parts go");
        if let Some(row) = row {
            let due = row.due.map(u64::cast_signed);
            raw.execute(
                &format!(
                    "INSERT INTO {table} (tenant, id, version, body, seal, state, due)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
                ),
                (tenant, key.id, row.version.cast_signed(), &row.body, &row.seal, &row.state, due),
            )
            .expect("the row comes");
            for part in &row.parts {
                raw.execute(
                    "INSERT INTO part (kind, tenant, id, number, body, seal) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    (kind, tenant, key.id, part.number, &part.bytes, &part.seal),
                )
                .expect("its parts come");
            }
        }
        raw.commit().expect("a commit");
    }

    fn raw_claim(&self, place: ClaimKey) -> Option<SealedClaim> {
        // A claim has no other reader than the port: it is read there and checked against nothing.
        crate::support::block(self.store.claims(place.tenant))
            .expect("the store answers")
            .into_iter()
            .find(|(claim, _)| claim.place == place)
    }

    fn put_raw_claim(&self, place: ClaimKey, (claim, seal): &SealedClaim) {
        self.raw()
            .execute(
                "UPDATE claim SET owner_kind = ?4, owner = ?5, version = ?6, until = ?7, seal = ?8
                 WHERE tenant = ?1 AND space = ?2 AND key = ?3",
                (
                    place.tenant.bytes(),
                    place.space.number(),
                    place.key,
                    claim.owner.kind.number(),
                    claim.owner.id,
                    claim.version.cast_signed(),
                    claim.until.map(|until| until.millis().cast_signed()),
                    seal,
                ),
            )
            .expect("the claim changes");
    }

    fn spoil_head(&self, tenant: TenantId) {
        let raw = self.raw();
        let seal: Vec<u8> = raw
            .query_row("SELECT seal FROM log_head WHERE tenant = ?1", (tenant.bytes(),), |row| row.get(0))
            .expect("a head");
        let spoilt: Vec<u8> = seal.into_iter().map(|byte| byte ^ 1).collect();
        raw.execute("UPDATE log_head SET seal = ?2 WHERE tenant = ?1", (tenant.bytes(), spoilt))
            .expect("it changes");
    }

    fn reopened(self) -> Self {
        let Self { store, folder } = self;
        drop(Arc::into_inner(store).expect("nobody else has the store"));
        let store = Sqlite::open(folder.path(), sealer(), Options::default()).expect("a store");
        Self { store: Arc::new(store), folder }
    }
}
