//! How a passphrase becomes a key: Argon2id (RFC 9106), with its parameters in the file.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use postern_core::encoding::{base64url, from_base64url};
use zeroize::Zeroizing;

use super::Passphrase;

/// The parameters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Stretch {
    /// In KiB.
    memory: u32,
    passes: u32,
    lanes: u32,
    salt: [u8; 16],
}

/// The most that a file may ask for: a gibibyte. Whoever writes the file must not be able to exhaust the machine.
const MOST_MEMORY: u32 = 1 << 20;
/// The most passes.
const MOST_PASSES: u32 = 64;
/// The most lanes.
const MOST_LANES: u32 = 16;

impl Stretch {
    /// What new files are stretched with: RFC 9106 §4, the second recommended option.
    pub(super) const fn new(salt: [u8; 16]) -> Self {
        Self { memory: 64 * 1024, passes: 3, lanes: 4, salt }
    }

    /// Reads what [`Stretch::to_string`] wrote.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut words = text.strip_prefix("argon2id ")?.split(' ');
        let mut number = || words.next()?.parse().ok();
        let (memory, passes, lanes) = (number()?, number()?, number()?);
        let salt = from_base64url(words.next()?)?.try_into().ok()?;
        words.next().is_none().then_some(Self { memory, passes, lanes, salt })
    }

    /// The key, or `None` if the parameters ask for too much or for nothing that there is. A tenth of a second and
    /// more.
    pub(super) fn key(&self, passphrase: &Passphrase) -> Option<Zeroizing<[u8; 32]>> {
        let fits = self.memory <= MOST_MEMORY && self.passes <= MOST_PASSES && self.lanes <= MOST_LANES;
        fits.then_some(())?;
        let params = Params::new(self.memory, self.passes, self.lanes, Some(32)).ok()?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut key = Zeroizing::new([0; 32]);
        argon2.hash_password_into(passphrase.bytes(), &self.salt, &mut *key).ok()?;
        Some(key)
    }
}

impl fmt::Display for Stretch {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { memory, passes, lanes, salt } = self;
        write!(to, "argon2id {memory} {passes} {lanes} {}", base64url(salt))
    }
}
