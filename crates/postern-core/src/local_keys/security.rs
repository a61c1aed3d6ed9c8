//! The key `security`, under which kinds and alarms are sealed, and what tells keys from others.

use zeroize::Zeroizing;

use super::{LocalKeys, Secret};
use crate::kernel::{Key, mac};
use crate::pepper::{Check, Checked, check};
use crate::personal::{decrypt, encrypt};

/// Versions of the key `security`.
pub(super) struct Security {
    /// The newest: everything new is sealed under it.
    now: Secret,
    /// The one made of `subjects`, if that was the first and is not the newest.
    made: Option<Secret>,
    /// The newest one's number; none if it is the one made of `subjects`.
    own: Option<u16>,
}

impl Security {
    pub(super) fn new(own: Option<(u16, Secret)>, subjects: &Secret) -> Self {
        let made = Zeroizing::new(mac(subjects, &[b"postern/security-key/v1"]));
        match own {
            None => Self { now: made, made: None, own: None },
            Some((1, key)) => Self { now: key, made: None, own: Some(1) },
            Some((version, key)) => Self { now: key, made: Some(made), own: Some(version) },
        }
    }

    /// Those that something may be sealed under, the newest first.
    fn all(&self) -> impl Iterator<Item = &Secret> {
        std::iter::once(&self.now).chain(&self.made)
    }
}

impl LocalKeys {
    /// What tells the key `security` from another one; none while it is the one made of `subjects`.
    #[must_use]
    pub fn security(&self) -> Option<Checked> {
        let label = b"postern/security-check/v1";
        let of_it = || check(label, &mac(&self.security.now, &[label]));
        self.security.own.map(|version| Checked { version, check: of_it() })
    }

    /// Tells these keys from others, and says nothing of them. The key `security` is left out: it may be new.
    #[must_use]
    pub fn check(&self) -> Check {
        let one = |key: &Secret| mac(key, &[b"postern/local-keys-check/v1"]);
        let keys = [
            &self.application_keys,
            &self.devices,
            &self.external_ids,
            &self.idempotency,
            &self.sources,
            &self.subjects,
        ];
        let sealer = self.sealer.checks();
        let all: Vec<[u8; 32]> = keys.map(one).into_iter().chain(sealer).collect();
        check(b"postern/local-keys-check/v1", &all.concat())
    }

    /// Encrypts what is for the role `security` alone, under a key of its own: the object's and the nonce's, so that
    /// AES-GCM's own nonce may stay zero. The nonce goes first.
    pub(crate) fn seal_secret(
        &self,
        purpose: &[u8],
        object: Key,
        about: &[u8],
        nonce: [u8; 8],
        secret: &[u8],
    ) -> Option<Vec<u8>> {
        let key = secret_key(&self.security.now, purpose, object, nonce);
        let sealed = encrypt(&key, [0; 12], secret, about)?;
        let (_, sealed) = sealed.split_first_chunk::<12>()?;
        Some([nonce.as_slice(), sealed].concat())
    }

    /// Decrypts it; `None` if it is another object's, or was altered.
    pub(crate) fn open_secret(
        &self,
        purpose: &[u8],
        object: Key,
        about: &[u8],
        sealed: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = sealed.split_first_chunk::<8>()?;
        let sealed = [[0; 12].as_slice(), sealed].concat();
        let open =
            |security: &Secret| decrypt(&secret_key(security, purpose, object, *nonce), &sealed, about);
        self.security.all().find_map(open)
    }
}

fn secret_key(security: &Secret, purpose: &[u8], object: Key, nonce: [u8; 8]) -> Secret {
    let parts: [&[u8]; 5] = [purpose, &object.tenant.bytes(), &[object.kind.number()], &object.id, &nonce];
    Zeroizing::new(mac(security, &parts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{SubjectId, TenantId};
    use crate::kernel::Kind;
    use crate::local_keys::SECURITY;

    fn keys(security: Option<u16>, byte: u8) -> LocalKeys {
        let key = |byte| Zeroizing::new([byte; 32]);
        LocalKeys::new(|label| match label {
            SECURITY => security.map(|version| (version, key(byte))),
            other => Some((1, key(u8::try_from(other.len()).unwrap()))),
        })
        .unwrap()
    }

    fn about() -> Key {
        Key::of(Kind::Subject, TenantId::new([1; 16]), SubjectId::new([2; 16]))
    }

    fn sealed(keys: &LocalKeys) -> Vec<u8> {
        keys.seal_secret(b"purpose", about(), b"about", [3; 8], b"secret").unwrap()
    }

    fn opens(keys: &LocalKeys, sealed: &[u8]) -> bool {
        let opened = keys.open_secret(b"purpose", about(), b"about", sealed);
        opened.is_some_and(|opened| *opened == b"secret")
    }

    #[test]
    fn what_the_first_version_sealed_opens_under_the_second_and_nothing_else_does() {
        let (made, own, second) = (keys(None, 0), keys(Some(1), 7), keys(Some(2), 8));
        assert!(
            opens(&made, &sealed(&made)) && opens(&own, &sealed(&own)) && opens(&second, &sealed(&second))
        );
        assert!(opens(&second, &sealed(&made)), "what was sealed before the key was one of its own");
        assert!(!opens(&made, &sealed(&second)), "new things are sealed under the old key");
        // A key that is its own from the first version on has nothing to do with `subjects`.
        assert!(!opens(&own, &sealed(&made)) && !opens(&made, &sealed(&own)));
        assert!(!opens(&second, &sealed(&own)));
    }

    #[test]
    fn keys_are_told_apart_by_their_checks() {
        let (made, own, other) = (keys(None, 0), keys(Some(1), 7), keys(Some(1), 8));
        assert_eq!(made.security(), None);
        assert_ne!(own.security(), other.security());
        assert_eq!(own.check(), other.check(), "`security` is told apart on its own");
        for changed in crate::local_keys::LABELS.into_iter().filter(|label| *label != SECURITY) {
            let key = |label: &str| if label == changed { 99 } else { u8::try_from(label.len()).unwrap() };
            let keys = LocalKeys::new(|label| Some((1, Zeroizing::new([key(label); 32])))).unwrap();
            assert_ne!(keys.check(), own.check(), "another key {changed} is not noticed");
        }
    }
}
