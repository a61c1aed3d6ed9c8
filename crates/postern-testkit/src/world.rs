//! A fresh installation: one tenant, one application, on the store that a test asks for.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use postern_app::operator::{Command, NewApplication, TierChange};
use postern_app::{App, Ports, Settings};
use postern_core::application::{Scope, Token};
use postern_core::ids::TenantId;
use postern_core::ports::{Keys as _, Store};
use postern_core::tenant::Tier;
use postern_outside::assertion::JwsAssertions;
use postern_outside::key_file::KeyFile;
use postern_store::memory::Memory;
use postern_store::sqlite::{Options, Sqlite};
use tempfile::TempDir;

use crate::{SeededEntropy, TestClock};

/// Which store.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StoreKind {
    /// In memory.
    Memory,
    /// SQLite in a temporary folder.
    Sqlite,
}

impl StoreKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Memory, Self::Sqlite];
}

/// A fresh installation and everything around it.
pub struct World {
    /// The use cases.
    pub app: Arc<App>,
    /// The clock.
    pub clock: Arc<TestClock>,
    /// The key service.
    pub keys: Arc<KeyFile>,
    /// The one tenant.
    pub tenant: TenantId,
    /// The application's key.
    pub token: Arc<Token>,
    /// The application's key as text.
    pub key: String,
    folder: Option<TempDir>,
}

impl World {
    /// An installation whose one application may do everything and has its bare word taken, as in a demonstration.
    pub async fn new(kind: StoreKind) -> Self {
        let keys = Arc::new(KeyFile::generate(&SeededEntropy::new(1)).unwrap());
        let folder = (kind == StoreKind::Sqlite).then(|| TempDir::new().unwrap());
        let store = open(folder.as_ref().map(TempDir::path), &keys);
        let clock = Arc::new(TestClock::default());
        let app = app(store, Arc::clone(&keys), Arc::clone(&clock), 2);
        let operator = app.operator("test");
        operator.open_log().await.unwrap();
        let tenant = operator.create_tenant("acme", None).await.unwrap();
        let tenant = TenantId::parse(tenant["tenant"].as_str().unwrap()).unwrap();
        let new = NewApplication {
            name: "login".to_owned(),
            scopes: Scope::ALL.to_vec(),
            tiers: Tier::ALL.to_vec(),
            enforces: vec!["enrol".to_owned()],
            caps: None,
            trusted_backend: true,
        };
        let (_, key) = operator.create_application(tenant, new).await.unwrap();
        let token = Arc::new(Token::parse(&key).unwrap());
        Self { app, clock, keys, tenant, token, key: key.to_string(), folder }
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
        let change = Command::TenantChange { tenant: self.tenant, prefix: None, tier: Some(tier) };
        self.app.operate("test", change).await.unwrap();
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

    /// Ends the application and gives its data folder, which lives as long as what is returned.
    #[must_use]
    pub fn close(self) -> (TempDir, Arc<KeyFile>, Arc<TestClock>, TenantId) {
        let Self { app, clock, keys, tenant, folder, .. } = self;
        drop(app);
        (folder.expect("only SQLite has a data folder"), keys, clock, tenant)
    }
}

/// An application over a data folder and keys.
#[must_use]
pub fn reopen(data: &Path, keys: &Arc<KeyFile>, clock: &Arc<TestClock>) -> Arc<App> {
    app(open(Some(data), keys), Arc::clone(keys), Arc::clone(clock), 4)
}

fn open(folder: Option<&Path>, keys: &KeyFile) -> Arc<dyn Store> {
    let sealer = keys.local().sealer().clone();
    match folder {
        None => Arc::new(Memory::new(sealer)),
        Some(folder) => Arc::new(Sqlite::open(folder, sealer, Options::default()).unwrap()),
    }
}

fn app(store: Arc<dyn Store>, keys: Arc<KeyFile>, clock: Arc<TestClock>, seed: u64) -> Arc<App> {
    let entropy = Arc::new(SeededEntropy::new(seed));
    let ports = Ports { store, keys, clock, entropy, assertions: Arc::new(JwsAssertions) };
    Arc::new(App::new(ports, Settings { installation: "postern.test".to_owned(), stretches: 2 }))
}
