//! Asking the key service: off the async threads if it waits for something outside the process, and never trusting
//! keys that are not the installation's.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use postern_core::ids::{SubjectId, TenantId};
use postern_core::kernel::{Held, Key, Want};
use postern_core::pepper::{self, Check};
use postern_core::ports::{Custody, CustodyFault, Keys, KeysUnavailable, SubjectKeys};
use postern_core::tenant::Tenant;
use tokio::sync::Mutex;

use crate::Problem;
use crate::app::App;

/// What is known of the pepper in this process.
#[derive(Default)]
pub(crate) struct Peppers {
    /// The key service has another key under a version that the record has.
    foreign: AtomicBool,
    /// The key service lacks a version that is in force, or was: who has sets under it must not be told apart.
    incomplete: AtomicBool,
    /// The second in which a missing version was looked for last: whoever asks must not make it look all the time.
    looked: Mutex<u64>,
}

/// Why the key service's versions of the pepper do not fit the record.
pub(crate) fn foreign(version: u16) -> String {
    format!(
        "This node has another key as version {version} of the pepper than the installation: put the installation's key file here, or name its token or engine. Nothing was changed."
    )
}

/// Why this node would refuse right codes: it could not read what kinds they are of.
const OTHER_SECURITY: &str = "This node does not have the installation's key \"security\", or has another one: put the installation's newest key file here. Nothing was changed.";

impl App {
    /// Asks the key service.
    pub(crate) async fn ask_keys<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&dyn Keys) -> Result<T, KeysUnavailable> + Send + 'static,
    ) -> Result<T, KeysUnavailable> {
        if !self.ports.keys.waits() {
            return ask(&*self.ports.keys);
        }
        let keys = Arc::clone(&self.ports.keys);
        let asked = tokio::task::spawn_blocking(move || ask(&*keys)).await;
        asked.map_err(|fault| KeysUnavailable(fault.to_string()))?
    }

    /// A subject's keys, that of the version which is needed among them: without it a right code would be a wrong
    /// one, so nothing is decided then.
    pub(crate) async fn subject_keys(
        &self,
        tenant: TenantId,
        subject: SubjectId,
        epoch: &[u8],
        needed: Option<u16>,
    ) -> Result<SubjectKeys, Problem> {
        for looks in [true, false] {
            if self.peppers.foreign.load(Ordering::SeqCst) {
                return Err(Problem::unavailable(&"this node has other keys than the installation"));
            }
            let epoch = epoch.to_vec();
            let keys = self.ask_keys(move |keys| keys.subject_keys(tenant, subject, &epoch)).await;
            let keys = keys.map_err(|fault| Problem::unavailable(&fault))?;
            let incomplete = self.peppers.incomplete.load(Ordering::SeqCst);
            if !incomplete && needed.is_none_or(|needed| keys.version(needed).is_some()) {
                return Ok(keys);
            }
            if looks {
                self.look_for_versions().await;
            }
        }
        Err(Problem::unavailable(&"this node does not have a version of the pepper that is in force, or was"))
    }

    /// Compares the key service with the installation's record, and looks again which versions there are if it does
    /// not have the one in force. At the start, and every minute.
    ///
    /// # Errors
    /// The version whose key is another one: nobody is answered until that is mended.
    pub async fn check_peppers(&self) -> Result<(), String> {
        let Some(state) = self.system().await else { return Ok(()) };
        if state.has_other_security(self.local().security()) {
            self.peppers.foreign.store(true, Ordering::SeqCst);
            return Err(OTHER_SECURITY.to_owned());
        }
        if state.peppers.is_empty() {
            return Ok(());
        }
        let mut found = self.checks().await;
        let lacks = |found: &[(u16, Check)]| {
            let known = |version| state.peppers.iter().any(|known| known.version == version);
            let gone = found.iter().any(|(version, _)| !known(*version));
            gone || !found.iter().any(|(version, _)| Some(*version) == state.pepper())
        };
        if found.as_deref().is_ok_and(lacks) {
            self.refresh().await;
            found = self.checks().await;
        }
        // A key service that is away is said where it is asked.
        let Ok(found) = found else { return Ok(()) };
        let in_force = state.pepper().unwrap_or_default();
        let lacks = |version: u16| !found.iter().any(|(has, _)| *has == version);
        let incomplete = state.peppers.iter().any(|known| known.version <= in_force && lacks(known.version));
        self.peppers.incomplete.store(incomplete, Ordering::SeqCst);
        let foreign_version = state.foreign(&found);
        self.peppers.foreign.store(foreign_version.is_some(), Ordering::SeqCst);
        foreign_version.map_or(Ok(()), |version| Err(foreign(version)))
    }

    /// The installation's own record.
    pub(crate) async fn system(&self) -> Option<Tenant> {
        let key = Key::tenant(TenantId::SYSTEM);
        let view = self.look(&[Want::Key(key)]).await.ok()?;
        let held: Held<Tenant> = view.held(key).ok()?;
        held.state().cloned()
    }

    /// The check of every version that the key service has, the newest first.
    pub(crate) async fn checks(&self) -> Result<Vec<(u16, Check)>, KeysUnavailable> {
        let (tenant, subject, epoch) = pepper::CHECKED;
        let keys = self.ask_keys(move |keys| keys.subject_keys(tenant, subject, epoch)).await?;
        Ok(pepper::checks(&keys))
    }

    /// Does something where the keys are kept, off the async threads; `None` if they cannot be changed.
    pub(crate) async fn custody<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Custody) -> Result<T, CustodyFault> + Send + 'static,
    ) -> Option<Result<T, CustodyFault>> {
        let keys = Arc::clone(&self.ports.keys);
        let done = tokio::task::spawn_blocking(move || keys.custody().map(work)).await;
        done.unwrap_or_else(|fault| Some(Err(CustodyFault(fault.to_string()))))
    }

    async fn look_for_versions(&self) {
        let now = self.now().seconds();
        // Who comes while somebody looks waits for what they find.
        let mut looked = self.peppers.looked.lock().await;
        if std::mem::replace(&mut *looked, now) == now {
            return;
        }
        self.refresh().await;
        if let Err(foreign) = self.check_peppers().await {
            tracing::error!("{foreign}");
        }
    }

    async fn refresh(&self) {
        if let Some(Err(fault)) = self.custody(|custody| custody.refresh()).await {
            tracing::error!(%fault, "it was not looked which versions of the pepper there are");
        }
    }
}
