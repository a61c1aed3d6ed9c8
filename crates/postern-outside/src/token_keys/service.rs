//! The key service that works with a token.

use postern_core::ids::{SubjectId, TenantId};
use postern_core::local_keys::LocalKeys;
use postern_core::ports::{Custody, Keys, KeysUnavailable, PublicKeys, SigningKey, SubjectKeys};
use postern_core::verifier::subject_frame;

use super::{TokenFault, TokenKeys};

impl Keys for TokenKeys {
    fn subject_keys(
        &self,
        tenant: TenantId,
        subject: SubjectId,
        epoch: &[u8],
    ) -> Result<SubjectKeys, KeysUnavailable> {
        let message = subject_frame(&tenant.to_string(), &subject.to_string(), epoch);
        // A version may have been taken away after this session found it: the next one finds what is there.
        match self.lines.with(|line| line.macs(&message)) {
            Err(TokenFault::Failed(_)) => Ok(self.lines.with(|line| line.macs(&message))?),
            other => Ok(other?),
        }
    }

    fn sign(&self, key: SigningKey, message: &[u8]) -> Result<[u8; 64], KeysUnavailable> {
        Ok(self.lines.with(|line| line.sign(key, message))?)
    }

    fn public(&self) -> PublicKeys {
        self.lines.public()
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
