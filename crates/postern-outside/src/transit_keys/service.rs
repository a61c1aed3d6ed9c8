//! The key service that works with a transit engine.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use postern_core::ids::{SubjectId, TenantId};
use postern_core::local_keys::LocalKeys;
use postern_core::ports::{Custody, Keys, KeysUnavailable, PublicKeys, SigningKey, SubjectKeys};
use postern_core::verifier::subject_frame;

use super::keys::{self, Version};
use super::{TransitFault, TransitKeys};

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
        Ok(self.with(|| self.signed(key, message))?)
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

    /// Asks the engine, after a look at its keys if something was wrong before.
    fn once<T>(&self, ask: impl Fn() -> Result<T, TransitFault>) -> Result<T, TransitFault> {
        if !self.known.load(Ordering::SeqCst) {
            self.look()?;
        }
        ask().inspect_err(|_| self.known.store(false, Ordering::SeqCst))
    }

    /// Looks which keys are there. Another engine may have come in the place of the one at the start, with keys of
    /// the same names: under those, every right code would be a wrong one.
    pub(super) fn look(&self) -> Result<(), TransitFault> {
        let (public, found) = (keys::public(&self.transit)?, keys::checked(&self.transit)?);
        let mut known = self.versions.write().unwrap_or_else(PoisonError::into_inner);
        let other = |(version, check): &Version| {
            known.iter().any(|(before, known)| before == version && known != check)
        };
        if public != self.public || found.iter().any(other) {
            return Err(TransitFault::Other);
        }
        *known = found;
        drop(known);
        self.known.store(true, Ordering::SeqCst);
        Ok(())
    }

    /// The newest first.
    pub(super) fn versions(&self) -> Vec<Version> {
        self.versions.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A signature that is one of the key that everybody else has.
    fn signed(&self, key: SigningKey, message: &[u8]) -> Result<[u8; 64], TransitFault> {
        let public = match key {
            SigningKey::Log => &self.public.log,
            SigningKey::Receipts => &self.public.receipts,
        };
        let signature = keys::sign(&self.transit, key, message)?;
        let verified = UnparsedPublicKey::new(&ED25519, public).verify(message, &signature);
        verified.map(|()| signature).map_err(|_| TransitFault::Other)
    }
}
