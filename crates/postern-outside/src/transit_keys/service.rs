//! The key service that works with a transit engine.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use postern_core::ids::{SubjectId, TenantId};
use postern_core::local_keys::LocalKeys;
use postern_core::ports::{Custody, Keys, KeysUnavailable, PublicKeys, SigningKey, SubjectKeys};
use postern_core::verifier::subject_frame;

use super::{TransitFault, TransitKeys, keys};

impl Keys for TransitKeys {
    fn subject_keys(
        &self,
        tenant: TenantId,
        subject: SubjectId,
        epoch: &[u8],
    ) -> Result<SubjectKeys, KeysUnavailable> {
        let message = subject_frame(&tenant.to_string(), &subject.to_string(), epoch);
        Ok(self.with(|| keys::macs(&self.transit, &self.versions(), &message))?)
    }

    fn sign(&self, key: SigningKey, message: &[u8]) -> Result<[u8; 64], KeysUnavailable> {
        Ok(self.with(|| keys::sign(&self.transit, key, message))?)
    }

    fn public(&self) -> PublicKeys {
        self.public
    }

    fn local(&self) -> &LocalKeys {
        &self.local
    }

    fn waits(&self) -> bool {
        true
    }

    fn custody(&self) -> Option<&dyn Custody> {
        Some(self)
    }
}

impl TransitKeys {
    /// Asks the engine, and once more if it may have been the connection or the versions.
    fn with<T>(&self, ask: impl Fn() -> Result<T, TransitFault>) -> Result<T, TransitFault> {
        match self.once(&ask) {
            Err(fault) if fault.may_pass() => self.once(&ask),
            other => other,
        }
    }

    /// Asks the engine, if it is the one of the start: after a fault another one may have come in its place, with
    /// keys of the same names, under which every right code would be a wrong one.
    fn once<T>(&self, ask: impl Fn() -> Result<T, TransitFault>) -> Result<T, TransitFault> {
        if !self.known.load(Ordering::SeqCst) {
            self.look()?;
        }
        ask().inspect_err(|_| self.known.store(false, Ordering::SeqCst))
    }

    /// Looks which keys are there.
    pub(super) fn look(&self) -> Result<(), TransitFault> {
        if keys::public(&self.transit)? != self.public {
            return Err(TransitFault::Other);
        }
        let versions = keys::versions(&self.transit)?;
        *self.versions.write().unwrap_or_else(PoisonError::into_inner) = versions;
        self.known.store(true, Ordering::SeqCst);
        Ok(())
    }

    /// The newest first.
    pub(super) fn versions(&self) -> Vec<u16> {
        self.versions.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
