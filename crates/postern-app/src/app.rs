//! The application: its ports, its settings, and the little it keeps in memory.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use postern_core::Time;
use postern_core::ids::TenantId;
use postern_core::local_keys::LocalKeys;
use postern_core::ports::{Assertions, Clock, Entropy, Keys, Sizes, Store};
use postern_log::verifier_key;
use tokio::sync::Semaphore;

use crate::alarms::Alarms;
use crate::denials::Denials;
use crate::failing::Failing;
use crate::jobs::Progress;
use crate::keys::Peppers;
use crate::lanes::Lanes;
use crate::leaks::Leaks;
use crate::retention::Outside;
use crate::sums::Sums;
use crate::tree::Trees;
use crate::work::Seen;
use crate::works::Works;

/// Everything outside, behind traits.
#[derive(Clone)]
pub struct Ports {
    /// Recorded state.
    pub store: Arc<dyn Store>,
    /// The key service.
    pub keys: Arc<dyn Keys>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Signatures of provers.
    pub assertions: Arc<dyn Assertions>,
}

/// What an installation chooses.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The installation's name: host name and path without a scheme, as checkpoints and receipts carry it.
    pub installation: String,
    /// How many stretches (Argon2id) run at once.
    pub stretches: usize,
}

/// Readers that may wait for events at once.
const WAITING: usize = 64;

/// The use cases. What it keeps in memory is working state: losing it breaks no promise.
pub struct App {
    pub(crate) ports: Ports,
    pub(crate) settings: Settings,
    pub(crate) stretching: Arc<Semaphore>,
    pub(crate) waiting: Semaphore,
    pub(crate) lanes: Lanes,
    pub(crate) sums: Sums,
    pub(crate) denials: Arc<Denials>,
    pub(crate) leaks: Leaks,
    pub(crate) typos: Seen,
    pub(crate) caps: Seen,
    pub(crate) repeats: Seen,
    pub(crate) rejected: Seen,
    pub(crate) forged: Seen,
    pub(crate) trees: Trees,
    pub(crate) outside: Outside,
    pub(crate) alarms: Arc<Alarms>,
    pub(crate) campaigns_due: AtomicBool,
    pub(crate) progress: Mutex<HashMap<(TenantId, u32), Progress>>,
    pub(crate) peppers: Peppers,
    pub(crate) stopped: AtomicBool,
    pub(crate) works: Works,
    pub(crate) failing: Failing,
    /// Held by who signs or cosigns a checkpoint and keeps it: no signature is written over.
    pub(crate) signing: tokio::sync::Mutex<()>,
}

impl App {
    /// An application over its ports.
    #[must_use]
    pub fn new(ports: Ports, settings: Settings) -> Self {
        let stretching = Arc::new(Semaphore::new(settings.stretches.max(1)));
        Self {
            ports,
            settings,
            stretching,
            waiting: Semaphore::new(WAITING),
            lanes: Lanes::default(),
            sums: Sums::default(),
            denials: Arc::default(),
            leaks: Leaks::default(),
            typos: Seen::default(),
            caps: Seen::default(),
            repeats: Seen::default(),
            rejected: Seen::default(),
            forged: Seen::default(),
            trees: Trees::default(),
            outside: Outside::default(),
            alarms: Arc::default(),
            campaigns_due: AtomicBool::new(true),
            progress: Mutex::default(),
            peppers: Peppers::default(),
            stopped: AtomicBool::new(false),
            works: Works::default(),
            failing: Failing::default(),
            signing: tokio::sync::Mutex::default(),
        }
    }

    /// The installation's and a tenant's name: issuer of receipts, audience of assertions, origin of checkpoints.
    #[must_use]
    pub fn origin(&self, tenant: TenantId) -> String {
        format!("{}/{tenant}", self.settings.installation)
    }

    /// A tenant's verifier key, `name+id+key` (C2SP signed-note): its checkpoints open with it, and its name is
    /// their origin.
    #[must_use]
    pub fn verifier_key(&self, tenant: TenantId) -> String {
        verifier_key(&self.origin(tenant), &self.ports.keys.public().log)
    }

    /// Whether the store did not take or did not answer something in the last seconds, and has committed nothing since.
    #[must_use]
    pub fn store_fails(&self) -> bool {
        self.failing.fails(self.now())
    }

    /// Stops answering: another instance has taken over, or the data folder is not to be trusted. Every use
    /// case is `unavailable` from now on, for the life of the process.
    pub fn stop(&self) {
        self.stopped.store(true, std::sync::atomic::Ordering::SeqCst);
    }

    /// Whether it was stopped so.
    #[must_use]
    pub fn has_stopped(&self) -> bool {
        self.stopped.load(std::sync::atomic::Ordering::SeqCst)
    }

    /// Whether this node has a job that only one of many need do, for `span`. If the store does not answer, it has
    /// not: the next time will do.
    pub async fn hold(&self, job: &'static str, span: std::time::Duration) -> bool {
        self.store().hold(job, span).await.unwrap_or(false)
    }

    /// Lets events get their places in the log: the data were compared with the anchor.
    pub fn begin_numbering(&self) {
        self.store().begin_numbering();
    }

    /// Gives everything that is committed its place in the log: the last thing before a last anchor.
    pub async fn number_pending(&self) {
        if let Err(fault) = self.store().number_pending().await {
            tracing::warn!(%fault, "committed events wait for a place in the log; another node gives it to them");
        }
    }

    /// How long an event waited for its place in the log, at most, when the log was looked at last.
    #[must_use]
    pub fn merge_delay(&self) -> std::time::Duration {
        self.store().merge_delay()
    }

    /// How much is stored; `None` if the store does not answer.
    pub async fn sizes(&self) -> Option<Sizes> {
        let sizes = self.store().sizes().await;
        sizes.inspect_err(|fault| tracing::warn!(%fault, "sizes are not known")).ok()
    }

    pub(crate) fn now(&self) -> Time {
        self.ports.clock.now()
    }

    pub(crate) fn local(&self) -> &LocalKeys {
        self.ports.keys.local()
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.ports.store
    }

    /// Random bytes.
    pub(crate) fn random<const N: usize>(&self) -> Result<[u8; N], crate::Problem> {
        let mut bytes = [0; N];
        self.ports.entropy.fill(&mut bytes).map_err(|fault| crate::Problem::unavailable(&fault))?;
        Ok(bytes)
    }
}
