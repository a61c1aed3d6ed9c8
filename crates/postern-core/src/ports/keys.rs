//! The key service: what only it may compute.

use zeroize::Zeroizing;

use crate::ids::{SubjectId, TenantId};
use crate::local_keys::LocalKeys;
use crate::ports::Custody;

/// The key service. Pepper, log and receipt keys work behind it and never leave it; the others are
/// unwrapped once at start ([`Keys::local`]).
pub trait Keys: Send + Sync {
    /// The subject's key under every live version of the pepper (at most two), in one call:
    /// `HMAC-SHA-256(pepper, frame("postern/subject-key/v1", tenant id, subject id, epoch))`.
    ///
    /// # Errors
    /// If the key service does not answer. Nothing weakens then: the request fails.
    fn subject_keys(
        &self,
        tenant: TenantId,
        subject: SubjectId,
        epoch: &[u8],
    ) -> Result<SubjectKeys, KeysUnavailable>;

    /// Signs with Ed25519.
    ///
    /// # Errors
    /// If the key service does not answer.
    fn sign(&self, key: SigningKey, message: &[u8]) -> Result<[u8; 64], KeysUnavailable>;

    /// Public halves of the signing keys.
    fn public(&self) -> PublicKeys;

    /// Keys that were unwrapped at start.
    fn local(&self) -> &LocalKeys;

    /// Whether a call waits for something outside the process, and so has no business on an async thread.
    fn waits(&self) -> bool {
        false
    }

    /// Where the keys are kept, if they can be changed there. Those of a demonstration cannot.
    fn custody(&self) -> Option<&dyn Custody> {
        None
    }
}

/// What is signed, each with a key of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SigningKey {
    /// Checkpoints of the log.
    Log,
    /// Receipts.
    Receipts,
}

/// Ed25519 public keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PublicKeys {
    /// Checks checkpoints.
    pub log: [u8; 32],
    /// Checks receipts.
    pub receipts: [u8; 32],
}

/// One subject's keys, a version each. Zeroized, never cached.
pub struct SubjectKeys {
    /// The newest version first. Which one new sets are made under is recorded
    /// ([`Tenant::pepper`](crate::tenant::Tenant::pepper)), since nodes may learn of a new one at different times.
    pub live: Vec<(u16, Zeroizing<[u8; 32]>)>,
}

impl SubjectKeys {
    /// The key of a version, if it is live.
    #[must_use]
    pub fn version(&self, version: u16) -> Option<&[u8; 32]> {
        self.live.iter().find(|(live, _)| *live == version).map(|(_, key)| &**key)
    }
}

/// The key service did not answer.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the key service did not answer: {0}")]
pub struct KeysUnavailable(pub String);
