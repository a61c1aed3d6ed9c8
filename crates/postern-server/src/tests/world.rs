//! An installation with one tenant, one application that may do everything, and one prover.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use postern_app::operator::NewApplication;
use postern_app::{App, Ports, Settings};
use postern_core::application::{Bound, Scope};
use postern_core::assurance::Level;
use postern_core::encoding::base64url;
use postern_core::ids::{ProverId, TenantId};
use postern_core::ports::{Clock as _, Keys as _};
use postern_core::prover::ProverKey;
use postern_core::tenant::Tier;
use postern_outside::key_file::KeyFile;
use postern_store::memory::Memory;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::client::Client;
use super::ports::{StandingClock, Stream, Unsigned};
use crate::request_bytes::{plain, stripped};
use crate::{Administration, Limits, Metrics, Readiness, Server};

/// The time at which every test begins.
pub(super) const START: u64 = 1_774_000_000_000;

/// An installation.
pub(super) struct World {
    pub(super) app: Arc<App>,
    pub(super) clock: Arc<StandingClock>,
    pub(super) tenant: TenantId,
    pub(super) prover: ProverId,
    pub(super) key: String,
    pub(super) readiness: Arc<Readiness>,
    pub(super) metrics: Arc<Metrics>,
}

/// A server of an installation.
pub(super) struct Running {
    pub(super) address: SocketAddr,
    pub(super) admin: SocketAddr,
    pub(super) client: Client,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl World {
    /// A new one.
    pub(super) async fn new() -> Self {
        let entropy = Arc::new(Stream(AtomicU64::new(7)));
        let keys = Arc::new(KeyFile::generate(&*entropy).unwrap());
        let clock = Arc::new(StandingClock(AtomicU64::new(START)));
        let ports = Ports {
            store: Arc::new(Memory::new(keys.local().sealer().clone())),
            keys,
            clock: Arc::<StandingClock>::clone(&clock),
            entropy,
            assertions: Arc::new(Unsigned),
        };
        let settings = Settings { installation: "codes.example.org".to_owned(), stretches: 2 };
        let app = Arc::new(App::new(ports, settings));
        let operator = app.operator("test");
        operator.open_log().await.unwrap();
        let tenant = operator.create_tenant("Example", None).await.unwrap();
        let tenant = TenantId::parse(tenant["tenant"].as_str().unwrap()).unwrap();
        let public = ProverKey { algorithm: "EdDSA".to_owned(), x: base64url(&[1; 32]), y: None };
        let prover =
            operator.add_prover(tenant, "idp".into(), "idp".into(), public, Level::Aal3).await.unwrap();
        let mut world = Self {
            app: Arc::clone(&app),
            clock,
            tenant,
            prover,
            key: String::new(),
            readiness: Arc::new(Readiness::new()),
            metrics: Arc::new(Metrics::new()),
        };
        world.key = world.application(&Scope::ALL, &["enrol"]).await;
        world
    }

    /// Another application's key.
    pub(super) async fn application(&self, scopes: &[Scope], enforces: &[&str]) -> String {
        let new = NewApplication {
            name: "Backend".to_owned(),
            scopes: scopes.to_vec(),
            tiers: Tier::ALL.to_vec(),
            enforces: enforces.iter().map(|one| (*one).to_owned()).collect(),
            caps: None,
            trusted_backend: true,
            bound: Default::default(),
        };
        self.make(self.tenant, new).await
    }

    /// A key of an application that may do everything, from these networks.
    pub(super) async fn bound(&self, networks: &[&str]) -> String {
        let addresses = networks.iter().map(|network| network.parse().unwrap()).collect();
        let new = NewApplication {
            name: "Near".to_owned(),
            scopes: Scope::ALL.to_vec(),
            tiers: Tier::ALL.to_vec(),
            enforces: Vec::new(),
            caps: None,
            trusted_backend: false,
            bound: Bound { addresses, certificates: Vec::new() },
        };
        self.make(self.tenant, new).await
    }

    /// Another application's key, in any tenant.
    pub(super) async fn make(&self, tenant: TenantId, new: NewApplication) -> String {
        let operator = self.app.operator("test");
        operator.create_application(tenant, new).await.unwrap().1.to_string()
    }

    /// An assertion about `alice` and a body's request. What is in `jti` is used up once.
    pub(super) fn assertion(&self, operation: &str, jti: &str, body: &Value) -> String {
        let bytes = plain(&stripped(body.to_string().as_bytes()).unwrap()).unwrap();
        let now = self.clock.now().seconds();
        let claims = json!({
            "iss": "idp", "aud": self.app.origin(self.tenant), "sub": "alice", "op": operation, "acr": "aal2",
            "amr": ["otp"], "auth_time": now, "jti": jti, "exp": now + 60, "req": base64url(&bytes.digest()),
        });
        format!("{}|{claims}", self.prover)
    }

    /// Lets time pass.
    pub(super) fn passes(&self, span: Duration) {
        self.clock.0.fetch_add(u64::try_from(span.as_millis()).unwrap(), Ordering::SeqCst);
    }

    /// A server with what ships.
    pub(super) async fn serve(&self) -> Running {
        self.serve_with(Limits::SHIPPED, |server| server).await
    }

    /// A server with other limits or options.
    pub(super) async fn serve_with(&self, limits: Limits, with: impl FnOnce(Server) -> Server) -> Running {
        let any = "127.0.0.1:0".parse().unwrap();
        let (public, admin) = (Server::bind(any).await.unwrap(), Server::bind(any).await.unwrap());
        let (address, admin_address) = (public.local_addr().unwrap(), admin.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let (readiness, metrics) = (Arc::clone(&self.readiness), Arc::clone(&self.metrics));
        let server = with(Server::new(Arc::clone(&self.app), limits, readiness, metrics));
        let task = tokio::spawn(server.serve(public, Some(Administration::Tcp(admin)), async {
            let _ = stopped.await;
        }));
        let client = Client::new(address, &self.key);
        Running { address, admin: admin_address, client, stop: Some(stop), task }
    }
}

impl Running {
    /// Stops it and waits for its end.
    pub(super) async fn stop(mut self) {
        let _ = self.stop.take().unwrap().send(());
        self.task.await.unwrap();
    }
}
