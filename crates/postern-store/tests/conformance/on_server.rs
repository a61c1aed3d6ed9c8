//! A PostgreSQL store as cases need it: a database of its own, events numbered before they are read.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use postern_cluster::{Bouncer, Database};
use postern_core::Time;
use postern_core::ids::TenantId;
use postern_core::kernel::{ClaimKey, Key, PartRow, Row};
use postern_core::ports::{SealedClaim, Store};
use postern_store::postgres::{Isolation, Options, Postgres, migrate};

use crate::harness::Harness;
use crate::pooled;
use crate::support::sealer;

pub(crate) struct OnServer {
    // Before the database, so that nothing is connected when that goes.
    bouncer: Option<Bouncer>,
    database: Database,
    options: Options,
    store: OnceLock<Arc<Postgres>>,
}

impl OnServer {
    pub(crate) fn read_committed() -> Self {
        Self::with(Options::default())
    }

    pub(crate) fn serializable() -> Self {
        Self::with(Options { isolation: Isolation::Serializable, ..Options::default() })
    }

    pub(crate) fn with(options: Options) -> Self {
        // Two committers, whatever the machine has: batches compete. What cases read is what they have just done.
        let options = Options {
            clocks: None,
            committers: 2,
            others: 2,
            sequences: false,
            numbers_first: true,
            ..options
        };
        Self { bouncer: None, database: Database::new(), options, store: OnceLock::new() }
    }

    /// With a pool before the database, one connection per transaction.
    pub(crate) fn behind(bouncer: impl Fn(&Database) -> Bouncer) -> Self {
        let server = Self::read_committed();
        Self { bouncer: Some(bouncer(&server.database)), ..server }
    }

    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    /// The node's store itself.
    pub(crate) fn node(&self) -> Arc<Postgres> {
        Arc::clone(self.opened())
    }

    fn opened(&self) -> &Arc<Postgres> {
        self.store.get_or_init(|| {
            let opened = async {
                migrate(&self.database.url()).await.expect("a database");
                another(&pooled::url(self.bouncer.as_ref(), &self.database), self.options).await
            };
            Arc::new(wait(opened))
        })
    }
}

/// Another node on a database.
pub(crate) async fn another(url: &str, options: Options) -> Postgres {
    let node = uuid();
    Postgres::open(url, sealer(), node, options).await.expect("a store")
}

fn uuid() -> [u8; 16] {
    use std::hash::{BuildHasher as _, RandomState};
    let half = || RandomState::new().hash_one(0).to_be_bytes();
    [half(), half()].concat().try_into().expect("sixteen bytes")
}

/// Waits where a case is not async.
fn wait<T>(future: impl std::future::Future<Output = T>) -> T {
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(future))
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex
        .bytes()
        .map(|digit| u8::try_from(char::from(digit).to_digit(16).expect("hex")).expect("hex"))
        .collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn hex(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("'\\x{digits}'::bytea")
}

fn or_null(number: Option<u64>) -> String {
    number.map_or("NULL".to_owned(), |number| number.cast_signed().to_string())
}

impl Harness for OnServer {
    fn store(&self) -> Arc<dyn Store> {
        Arc::<Postgres>::clone(self.opened())
    }

    fn raw_row(&self, key: Key) -> Option<Row> {
        let (tenant, id, kind) = (hex(&key.tenant.bytes()), hex(&key.id), key.kind.number());
        let found = self.database.psql(&format!(
            "SELECT version, encode(body, 'hex'), encode(seal, 'hex'), state, due FROM {} WHERE tenant = {tenant} AND id = {id}",
            key.kind.name()
        ));
        let fields: Vec<&str> = found.trim_end_matches('\n').split('|').collect();
        let [version, body, seal, state, due] = fields[..] else { return None };
        let parts = self.database.psql(&format!(
            "SELECT number, encode(body, 'hex'), encode(seal, 'hex') FROM part WHERE kind = {kind} AND tenant = {tenant} AND id = {id} ORDER BY 1"
        ));
        let part = |line: &str| {
            let fields: Vec<&str> = line.split('|').collect();
            PartRow {
                number: fields[0].parse().expect("a number"),
                bytes: bytes(fields[1]),
                seal: bytes(fields[2]),
            }
        };
        Some(Row {
            version: version.parse::<i64>().expect("a version").unsigned_abs(),
            body: bytes(body),
            seal: bytes(seal),
            state: state.to_owned(),
            due: due.parse().ok(),
            parts: parts.lines().map(part).collect(),
        })
    }

    fn put_raw_row(&self, key: Key, row: Option<&Row>) {
        let (tenant, id, kind) = (hex(&key.tenant.bytes()), hex(&key.id), key.kind.number());
        let table = key.kind.name();
        let mut sql = format!(
            "DELETE FROM {table} WHERE tenant = {tenant} AND id = {id};
             DELETE FROM part WHERE kind = {kind} AND tenant = {tenant} AND id = {id};"
        );
        if let Some(row) = row {
            sql.push_str(&format!(
                "INSERT INTO {table} (tenant, id, version, body, seal, state, due) VALUES ({tenant}, {id}, {}, {}, {}, '{}', {});",
                row.version.cast_signed(), hex(&row.body), hex(&row.seal), row.state, or_null(row.due)
            ));
            for part in &row.parts {
                sql.push_str(&format!(
                    "INSERT INTO part (kind, tenant, id, number, body, seal) VALUES ({kind}, {tenant}, {id}, {}, {}, {});",
                    part.number, hex(&part.bytes), hex(&part.seal)
                ));
            }
        }
        self.database.psql(&sql);
    }

    fn raw_claim(&self, place: ClaimKey) -> Option<SealedClaim> {
        let claims = wait(self.opened().claims(place.tenant)).expect("the store answers");
        claims.into_iter().find(|(claim, _)| claim.place == place)
    }

    fn put_raw_claim(&self, place: ClaimKey, (claim, seal): &SealedClaim) {
        self.database.psql(&format!(
            "UPDATE claim SET owner_kind = {}, owner = {}, version = {}, until = {}, seal = {}
             WHERE tenant = {} AND space = {} AND key = {}",
            claim.owner.kind.number(),
            hex(&claim.owner.id),
            claim.version.cast_signed(),
            or_null(claim.until.map(Time::millis)),
            hex(seal),
            hex(&place.tenant.bytes()),
            place.space.number(),
            hex(&place.key)
        ));
    }

    fn spoil_head(&self, tenant: TenantId) {
        self.database.psql(&format!(
            "UPDATE log_head SET seal = set_byte(seal, 0, get_byte(seal, 0) # 1) WHERE tenant = {}",
            hex(&tenant.bytes())
        ));
    }

    fn numbers_later(&self) -> bool {
        true
    }

    fn settle(&self) {
        wait(async {
            self.opened().number_now().await.expect("the store answers");
            // Heads are looked at twice a second.
            tokio::time::sleep(Duration::from_millis(1_100)).await;
        });
    }

    fn reopened(self) -> Self {
        let Self { bouncer, database, options, store } = self;
        if let Some(store) = store.into_inner() {
            wait(Arc::into_inner(store).expect("nobody else has the store").close());
        }
        Self { bouncer, database, options, store: OnceLock::new() }
    }
}
