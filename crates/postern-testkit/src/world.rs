//! A fresh installation: one tenant, one application, on the store that a test asks for.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use postern_app::operator::{Command, NewApplication, TierChange};
use postern_app::{App, Ports, Settings};
use postern_cluster::Database;
use postern_core::application::{Caps, Scope, Token};
use postern_core::ids::TenantId;
use postern_core::ports::{Keys as _, Store};
use postern_core::tenant::Tier;
use postern_outside::assertion::JwsAssertions;
use postern_outside::key_file::KeyFile;
use postern_store::memory::Memory;
use postern_store::postgres::{self, Postgres};
use postern_store::sqlite::{Options, Sqlite};
use tempfile::TempDir;

use crate::{AtRest, CountedKeys, CountedStore, SeededEntropy, TestClock, TestProver};

/// Which store.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StoreKind {
    /// In memory.
    Memory,
    /// SQLite in a temporary folder.
    Sqlite,
    /// Two nodes on one PostgreSQL database.
    Postgres,
}

impl StoreKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Memory, Self::Sqlite, Self::Postgres];
}

/// A fresh installation and everything around it.
pub struct World {
    /// The use cases.
    pub app: Arc<App>,
    /// The clock.
    pub clock: Arc<TestClock>,
    /// The key service.
    pub keys: Arc<CountedKeys>,
    /// The one tenant.
    pub tenant: TenantId,
    /// The application's key.
    pub token: Arc<Token>,
    /// The application's key as text.
    pub key: String,
    /// The store of the first node.
    pub store: Arc<CountedStore>,
    /// The use cases of another node, where a store has more than one; else of the same.
    pub other: Arc<App>,
    folder: Option<TempDir>,
    /// Kept until everything that is connected to it is gone.
    database: Option<Database>,
}

impl World {
    /// An installation whose one application may do everything and has its bare word taken, as in a demonstration.
    pub async fn new(kind: StoreKind) -> Self {
        Self::another(kind, 1).await
    }

    /// The same with keys and ids of its own, made of a seed.
    pub async fn another(kind: StoreKind, seed: u64) -> Self {
        Self::begun(kind, KeyFile::generate(&SeededEntropy::new(seed)).unwrap(), seed).await
    }

    /// The same with keys that lie somewhere, and so can be changed there.
    pub async fn with_keys(kind: StoreKind, keys: KeyFile) -> Self {
        Self::begun(kind, keys, 1).await
    }

    async fn begun(kind: StoreKind, keys: KeyFile, seed: u64) -> Self {
        let keys = Arc::new(CountedKeys::new(keys));
        let folder = (kind == StoreKind::Sqlite).then(|| TempDir::new().unwrap());
        let clock = Arc::new(TestClock::default());
        let database = (kind == StoreKind::Postgres).then(Database::new);
        let node =
            |store: Arc<dyn Store>, more| app(store, Arc::clone(&keys), Arc::clone(&clock), seed + more);
        let (store, other) = match &database {
            None => (open(folder.as_ref().map(TempDir::path), &keys), None),
            Some(database) => {
                postern_store::postgres::migrate(&database.url()).await.unwrap();
                (on_server(database, &keys, 1).await, Some(node(on_server(database, &keys, 2).await, 4)))
            }
        };
        let store = Arc::new(CountedStore::new(store));
        let app = node(Arc::<CountedStore>::clone(&store), 1);
        let other = other.unwrap_or_else(|| Arc::clone(&app));
        let operator = app.operator("test");
        operator.open_log().await.unwrap();
        let (tenant, key) = tenant(&app, "acme").await;
        let token = Arc::new(Token::parse(&key).unwrap());
        Self { app, clock, keys, tenant, token, key, store, other, folder, database }
    }

    /// Registers a prover.
    pub async fn prover(&self) -> TestProver {
        let seed = [42; 32];
        let key = TestProver::public(seed);
        let (name, issuer) = ("idp".to_owned(), "https://idp.test".to_owned());
        let most = postern_core::assurance::Level::Aal2;
        let command = Command::ProverAdd { tenant: self.tenant, name, issuer: issuer.clone(), key, most };
        let added = self.app.operate("test", command).await.unwrap();
        let id = postern_core::ids::ProverId::parse(added["prover"].as_str().unwrap()).unwrap();
        TestProver::new(id, &issuer, added["audience"].as_str().unwrap(), seed)
    }

    /// Another application of the same tenant, with these scopes for the tier *standard* and the shipped caps.
    pub async fn application(&self, scopes: &[Scope], enforces: &[&str], caps: Option<Caps>) -> Arc<Token> {
        let new = NewApplication {
            name: "other".to_owned(),
            scopes: scopes.to_vec(),
            tiers: vec![Tier::Standard],
            enforces: enforces.iter().map(|one| (*one).to_owned()).collect(),
            caps,
            trusted_backend: true,
            bound: Default::default(),
        };
        let (_, key) = self.app.operator("test").create_application(self.tenant, new).await.unwrap();
        Arc::new(Token::parse(&key).unwrap())
    }

    /// Names of the tenant's events, in log order.
    pub async fn names(&self) -> Vec<String> {
        let query = postern_app::EventQuery {
            after: None,
            limit: 500,
            subject: None,
            wait: std::time::Duration::ZERO,
        };
        let page = self.app.events(&self.token, query).await.unwrap();
        let name = |bytes: &[u8]| postern_core::kernel::EventHead::read(bytes).unwrap().r#type;
        page.items.iter().map(|event| name(&event.bytes)).collect()
    }

    /// Sets the format of new sets.
    pub async fn format(&self, format: &str) {
        let tier = TierChange {
            tier: Tier::Standard,
            format: Some(format.to_owned()),
            count: None,
            lifetime_days: None,
            low_stock: None,
            stretch: None,
        };
        let change =
            Command::TenantChange { tenant: self.tenant, prefix: None, tier: Some(tier), keep_kinds: false };
        self.app.operate("test", change).await.unwrap();
    }

    /// Whether it is a PostgreSQL installation.
    #[must_use]
    pub const fn is_on_server(&self) -> bool {
        self.database.is_some()
    }

    /// The database of a PostgreSQL installation.
    #[must_use]
    pub fn database(&self) -> &Database {
        self.database.as_ref().expect("only PostgreSQL has a database on a server")
    }

    /// The data folder of a SQLite installation.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.as_ref().expect("only SQLite has a data folder").path().to_path_buf()
    }

    /// Another application over the same keys and a data folder, as after a restart.
    #[must_use]
    pub fn open_at(&self, data: &Path) -> Arc<App> {
        app(open(Some(data), &self.keys), Arc::clone(&self.keys), Arc::clone(&self.clock), 3)
    }

    /// Ends the application and gives what is left at rest.
    #[must_use]
    pub fn leave(self) -> AtRest {
        let Self { app, other, clock, keys, folder, database, .. } = self;
        drop((app, other));
        AtRest { folder, database, keys, clock }
    }

    /// Ends the application and gives its data folder, which lives as long as what is returned.
    #[must_use]
    pub fn close(self) -> (TempDir, Arc<CountedKeys>, Arc<TestClock>, TenantId) {
        let Self { app, store, other, clock, keys, tenant, folder, .. } = self;
        drop((app, store, other));
        (folder.expect("only SQLite has a data folder"), keys, clock, tenant)
    }
}

/// An application over a data folder and keys.
#[must_use]
pub fn reopen(data: &Path, keys: &Arc<CountedKeys>, clock: &Arc<TestClock>) -> Arc<App> {
    app(open(Some(data), keys), Arc::clone(keys), Arc::clone(clock), 4)
}

fn open(folder: Option<&Path>, keys: &CountedKeys) -> Arc<dyn Store> {
    let sealer = keys.local().sealer().clone();
    match folder {
        None => Arc::new(Memory::new(sealer)),
        Some(folder) => Arc::new(Sqlite::open(folder, sealer, Options::default()).unwrap()),
    }
}

/// One node on a database. Its events are numbered before they are read: tests read what they have just done.
async fn on_server(database: &Database, keys: &CountedKeys, node: u8) -> Arc<dyn Store> {
    let options =
        postgres::Options { committers: 2, clocks: None, numbers_first: true, ..Default::default() };
    let sealer = keys.local().sealer().clone();
    Arc::new(Postgres::open(&database.url(), sealer, [node; 16], options).await.unwrap())
}

pub(crate) fn app(
    store: Arc<dyn Store>,
    keys: Arc<CountedKeys>,
    clock: Arc<TestClock>,
    seed: u64,
) -> Arc<App> {
    let entropy = Arc::new(SeededEntropy::new(seed));
    let ports = Ports { store, keys, clock, entropy, assertions: Arc::new(JwsAssertions) };
    Arc::new(App::new(ports, Settings { installation: "postern.test".to_owned(), stretches: 2 }))
}

/// Makes a tenant with one application that may do everything and has its bare word taken; its id, and the key's text.
pub async fn tenant(app: &App, name: &str) -> (TenantId, String) {
    let operator = app.operator("test");
    let tenant = operator.create_tenant(name, None).await.unwrap();
    let tenant = TenantId::parse(tenant["tenant"].as_str().unwrap()).unwrap();
    let new = NewApplication {
        name: "login".to_owned(),
        scopes: Scope::ALL.to_vec(),
        tiers: Tier::ALL.to_vec(),
        enforces: vec!["enrol".to_owned()],
        caps: None,
        trusted_backend: true,
        bound: Default::default(),
    };
    let (_, key) = operator.create_application(tenant, new).await.unwrap();
    (tenant, key.to_string())
}
