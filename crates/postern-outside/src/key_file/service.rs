//! The key service that works from the keys of a file.

use std::sync::{PoisonError, RwLock};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use postern_core::ids::{SubjectId, TenantId};
use postern_core::local_keys::LocalKeys;
use postern_core::ports::{Custody, Keys, KeysUnavailable, PublicKeys, SigningKey, SubjectKeys};
use postern_core::verifier::subject_key;

use super::content::{LOG, PEPPER, RECEIPTS, local_keys};
use super::{ContentFault, Entry, KeyFile, Secret};

impl Keys for KeyFile {
    fn subject_keys(
        &self,
        tenant: TenantId,
        subject: SubjectId,
        epoch: &[u8],
    ) -> Result<SubjectKeys, KeysUnavailable> {
        let (tenant, subject) = (tenant.to_string(), subject.to_string());
        let key =
            |(version, pepper): &(u16, Secret)| (*version, subject_key(pepper, &tenant, &subject, epoch));
        let peppers = self.peppers.read().unwrap_or_else(PoisonError::into_inner);
        Ok(SubjectKeys { live: peppers.iter().map(key).collect() })
    }

    fn sign(&self, key: SigningKey, message: &[u8]) -> Result<[u8; 64], KeysUnavailable> {
        let pair = match key {
            SigningKey::Log => &self.log,
            SigningKey::Receipts => &self.receipts,
        };
        let signature = pair.try_sign(message).ok().and_then(|signed| signed.as_ref().try_into().ok());
        signature.ok_or_else(|| KeysUnavailable("the signature library failed".to_owned()))
    }

    fn public(&self) -> PublicKeys {
        self.public
    }

    fn local(&self) -> &LocalKeys {
        &self.local
    }

    fn custody(&self) -> Option<&dyn Custody> {
        self.origin.is_some().then_some(self)
    }
}

/// The key service over checked entries.
pub(super) fn assemble(entries: &[Entry]) -> Result<KeyFile, ContentFault> {
    let (log, receipts) = (signer(entries, LOG)?, signer(entries, RECEIPTS)?);
    let peppers = entries.iter().filter(|entry| entry.label == PEPPER);
    Ok(KeyFile {
        // Sorted by version in the file.
        peppers: RwLock::new(peppers.rev().map(|entry| (entry.version, entry.key.clone())).collect()),
        public: PublicKeys { log: public(&log, LOG)?, receipts: public(&receipts, RECEIPTS)? },
        log,
        receipts,
        local: local_keys(entries)?,
        origin: None,
    })
}

fn key<'a>(entries: &'a [Entry], label: &str) -> Option<&'a Secret> {
    entries.iter().find(|entry| entry.label == label).map(|entry| &entry.key)
}

fn signer(entries: &[Entry], label: &'static str) -> Result<Ed25519KeyPair, ContentFault> {
    let seed = key(entries, label).ok_or(ContentFault::Missing { label })?;
    // Unchecked: RFC 8032 keys are any 32 bytes, there is nothing to check a seed against.
    Ed25519KeyPair::from_seed_unchecked(&**seed).map_err(|_| ContentFault::Rejected { label })
}

fn public(pair: &Ed25519KeyPair, label: &'static str) -> Result<[u8; 32], ContentFault> {
    pair.public_key().as_ref().try_into().map_err(|_| ContentFault::Rejected { label })
}
