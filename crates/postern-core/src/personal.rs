//! Personal data: encrypted under the subject's own key, so that erasing the key erases the person.

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use zeroize::Zeroizing;

use crate::frame::frame;
use crate::kernel::Key;
use crate::local_keys::LocalKeys;

/// A subject's own key. Random, stored only wrapped.
pub struct SubjectKey(Zeroizing<[u8; 32]>);

/// Padding of what is encrypted, in bytes, so that lengths say little.
const BLOCK: usize = 256;

impl SubjectKey {
    /// A key from random bytes.
    #[must_use]
    pub fn new(random: Zeroizing<[u8; 32]>) -> Self {
        Self(random)
    }

    /// Wraps the key for the keyring.
    #[must_use]
    pub fn wrap(&self, keys: &LocalKeys, subject: Key, nonce: [u8; 12]) -> Option<Vec<u8>> {
        encrypt(keys.subjects(), nonce, &*self.0, &about(b"postern/subject-wrap/v1", subject))
    }

    /// Unwraps a key from the keyring; `None` if it is not this subject's or was changed.
    #[must_use]
    pub fn unwrap(keys: &LocalKeys, subject: Key, wrapped: &[u8]) -> Option<Self> {
        let bytes = decrypt(keys.subjects(), wrapped, &about(b"postern/subject-wrap/v1", subject))?;
        <[u8; 32]>::try_from(bytes.as_slice()).ok().map(|key| Self(Zeroizing::new(key)))
    }

    /// Encrypts personal data, padded to a multiple of 256 bytes.
    #[must_use]
    pub fn seal(&self, subject: Key, nonce: [u8; 12], data: &[u8]) -> Option<Vec<u8>> {
        let mut padded = Zeroizing::new(Vec::with_capacity((data.len() / BLOCK + 1) * BLOCK));
        padded.extend_from_slice(data);
        padded.push(0x80);
        let whole = padded.len().next_multiple_of(BLOCK);
        padded.resize(whole, 0);
        encrypt(&self.0, nonce, &padded, &about(b"postern/personal/v1", subject))
    }

    /// Decrypts personal data.
    #[must_use]
    pub fn open(&self, subject: Key, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let mut data = decrypt(&self.0, sealed, &about(b"postern/personal/v1", subject))?;
        let end = data.iter().rposition(|byte| *byte != 0)?;
        (data.get(end) == Some(&0x80)).then(|| {
            data.truncate(end);
            data
        })
    }
}

fn about(purpose: &[u8], subject: Key) -> Vec<u8> {
    frame(&[purpose, &subject.tenant.bytes(), &subject.id])
}

/// AES-256-GCM; the nonce goes first.
pub(crate) fn encrypt(key: &[u8; 32], nonce: [u8; 12], data: &[u8], about: &[u8]) -> Option<Vec<u8>> {
    let cipher = Aes256Gcm::new(key.into());
    let sealed = cipher.encrypt(&Nonce::from(nonce), Payload { msg: data, aad: about }).ok()?;
    Some([nonce.as_slice(), &sealed].concat())
}

pub(crate) fn decrypt(key: &[u8; 32], sealed: &[u8], about: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_first_chunk::<12>()?;
    let cipher = Aes256Gcm::new(key.into());
    cipher.decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad: about }).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{SubjectId, TenantId};
    use crate::kernel::Kind;

    #[test]
    fn only_the_same_subject_opens_it() {
        let mine = Key::of(Kind::Subject, TenantId::new([1; 16]), SubjectId::new([2; 16]));
        let other = Key::of(Kind::Subject, TenantId::new([1; 16]), SubjectId::new([3; 16]));
        let key = SubjectKey::new(Zeroizing::new([7; 32]));
        for data in [&b""[..], b"a", &[0x80, 0, 0x80, 0], &[9; 255], &[9; 256]] {
            let sealed = key.seal(mine, [5; 12], data).unwrap();
            assert_eq!(sealed.len() % BLOCK, 28);
            assert_eq!(key.open(mine, &sealed).unwrap().as_slice(), data);
            assert!(key.open(other, &sealed).is_none());
        }
    }
}
