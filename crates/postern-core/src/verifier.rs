//! Verifiers: what is stored instead of a code, and how a typed one is found among them.
//!
//! Two levels, so that a key in hardware costs one call an attempt and everything after it is pure:
//! `k_subject` comes through the [`Keys`](crate::ports::Keys) port; a verifier is 16 bytes of
//! HMAC-SHA-256(k_subject, …) bound to generation, set salt, format and the code's material.

use argon2::{Algorithm, Argon2, Params, Version};
use postern_codes::{Code, Format};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConditionallySelectable as _, ConstantTimeEq as _};
use zeroize::Zeroizing;

use crate::frame::frame;
use crate::kernel::mac;
use crate::limits;
use crate::ports::SubjectKeys;

/// Length of a stored verifier in bytes.
pub const VERIFIER: usize = 16;

/// How a code of too few bits is made slow to guess. Parameters are the set's own.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stretch {
    /// Not at all: the code has at least 112 bits (SP 800-63B-4 §3.1.2.2).
    None,
    /// Argon2id (RFC 9106), one lane, 32 bytes.
    Argon2id {
        /// Memory in KiB.
        memory: u32,
        /// Passes.
        passes: u32,
    },
    /// PBKDF2-HMAC-SHA-256 (SP 800-132), 32 bytes, for deployments limited to NIST functions.
    Pbkdf2 {
        /// Iterations, at least 600,000.
        iterations: u32,
    },
}

impl Stretch {
    /// The shipped parameters: 19 MiB and two passes.
    pub const ARGON2ID: Self = Self::Argon2id { memory: 19_456, passes: 2 };
    /// The least for NIST deployments.
    pub const PBKDF2: Self = Self::Pbkdf2 { iterations: 600_000 };

    /// What a new set of this format uses.
    #[must_use]
    pub const fn for_format(self, format: Format) -> Self {
        if format.stretched() { self } else { Self::None }
    }

    fn run(self, text: &[u8], salt: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let mut out = Zeroizing::new(vec![0; 32]);
        #[cfg(feature = "counted")]
        if self != Self::None {
            crate::counted::STRETCHES.one();
        }
        match self {
            Self::None => return Some(Zeroizing::new(text.to_vec())),
            Self::Argon2id { memory, passes } => {
                let params = Params::new(memory, passes, 1, Some(32)).ok()?;
                Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
                    .hash_password_into(text, salt, &mut out)
                    .ok()?;
            }
            Self::Pbkdf2 { iterations } => pbkdf2::pbkdf2_hmac::<Sha256>(text, salt, iterations, &mut out),
        }
        Some(out)
    }
}

/// A subject's key under one version of the pepper: what the [`Keys`](crate::ports::Keys) port computes.
#[must_use]
pub fn subject_key(pepper: &[u8; 32], tenant: &str, subject: &str, epoch: &[u8]) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(mac(pepper, &subject_parts(tenant, subject, epoch)))
}

/// What that is a MAC of, for a pepper that works elsewhere.
#[must_use]
pub fn subject_frame(tenant: &str, subject: &str, epoch: &[u8]) -> Vec<u8> {
    frame(&subject_parts(tenant, subject, epoch))
}

const fn subject_parts<'a>(tenant: &'a str, subject: &'a str, epoch: &'a [u8]) -> [&'a [u8]; 4] {
    [b"postern/subject-key/v1", tenant.as_bytes(), subject.as_bytes(), epoch]
}

/// The salt of one place of a subject's stretched codes: one attempt is one stretch, however many sets there are.
#[must_use]
pub fn slot_salt(subject_salt: &[u8], slot: u8) -> [u8; 16] {
    let hash: [u8; 32] = Sha256::digest(frame(&[b"postern/slot-salt/v1", subject_salt, &[slot]])).into();
    let mut salt = [0; 16];
    salt.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    salt
}

/// A code made ready to be compared: the slow half of an attempt. Zeroized.
pub struct Material {
    /// The typed code's format.
    pub format: Format,
    /// How it was stretched.
    pub stretch: Stretch,
    bytes: Zeroizing<Vec<u8>>,
}

impl Material {
    /// Stretches a code, or takes it as it is. Slow for stretched formats: about 30 ms, off the async threads.
    /// `None` only for parameters that the stretching function refuses.
    #[must_use]
    pub fn new(code: &Code, stretch: Stretch, subject_salt: &[u8]) -> Option<Self> {
        let stretch = stretch.for_format(code.format());
        let salt = slot_salt(subject_salt, code.slot().unwrap_or_default());
        let bytes = stretch.run(code.canonical().as_bytes(), &salt)?;
        Some(Self { format: code.format(), stretch, bytes })
    }

    /// The bytes, for the fingerprint of a request.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What is stored of it in a set.
    #[must_use]
    pub fn verifier(&self, k_subject: &[u8; 32], generation: u32, set_salt: &[u8]) -> [u8; VERIFIER] {
        let generation = u64::from(generation).to_be_bytes();
        let format = self.format.name().as_bytes();
        let long = mac(k_subject, &[b"postern/verifier/v1", &generation, set_salt, format, &self.bytes]);
        let mut short = [0; VERIFIER];
        short.iter_mut().zip(long).for_each(|(to, from)| *to = from);
        short
    }
}

/// Everything slow that an attempt needs, made for one state of the subject.
pub struct Prepared {
    /// The epoch for which the keys were made.
    pub epoch: Vec<u8>,
    /// The subject's keys.
    pub keys: SubjectKeys,
    /// The typed code.
    pub material: Material,
}

/// What an attempt is compared with.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    /// The set's generation.
    pub generation: u32,
    /// Its key version.
    pub key_version: u16,
    /// Its salt.
    pub salt: &'a [u8],
    /// Its verifiers, 16 bytes each, in order of slot.
    pub verifiers: &'a [u8],
}

/// Where a code was found: the place in the list of targets, and the slot from 1.
pub type Found = Option<(usize, u8)>;

/// Compares with every target. The same work whatever is found, and for however many targets: one HMAC
/// and at least ten comparisons each, padded with dummies up to one active and eight ended sets.
#[must_use]
pub fn search(prepared: &Prepared, targets: &[Target<'_>]) -> Found {
    find(&prepared.keys, &prepared.material, targets, limits::ENDED_KEPT + 1)
}

/// Compares with so many targets, padded with dummies.
#[must_use]
pub fn find(keys: &SubjectKeys, material: &Material, targets: &[Target<'_>], places: usize) -> Found {
    let dummy = Target { generation: 0, key_version: 0, salt: &[0; 16], verifiers: &[0; VERIFIER * 10] };
    let (mut hit, mut place, mut slot) = (Choice::from(0), 0u32, 0u8);
    for n in 0..u32::try_from(places).unwrap_or(u32::MAX) {
        let real = targets.get(n as usize).filter(|target| keys.version(target.key_version).is_some());
        let target = real.copied().unwrap_or(dummy);
        let key = keys.version(target.key_version).unwrap_or(&[0; 32]);
        // Compared as numbers: one comparison in constant time each, where bytes would be sixteen.
        let typed = u128::from_ne_bytes(material.verifier(key, target.generation, target.salt));
        let (verifiers, _) = target.verifiers.as_chunks::<VERIFIER>();
        for (index, stored) in (1u8..).zip(verifiers) {
            let stored = u128::from_ne_bytes(*stored);
            let same = stored.ct_eq(&typed) & Choice::from(u8::from(real.is_some()));
            place.conditional_assign(&n, same);
            slot.conditional_assign(&index, same);
            hit |= same;
        }
    }
    bool::from(hit).then_some((place as usize, slot))
}

#[cfg(test)]
mod tests {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    use postern_codes::{Parsed, Prefix, parse};

    use super::*;

    #[test]
    fn a_pepper_that_works_elsewhere_makes_the_same_key_of_the_frame() {
        let frame = subject_frame("ten_1", "sub_1", b"epoch");
        let mut hmac = Hmac::<Sha256>::new_from_slice(&[7; 32]).unwrap();
        hmac.update(&frame);
        let made: [u8; 32] = hmac.finalize().into_bytes().into();
        let key = subject_key(&[7; 32], "ten_1", "sub_1", b"epoch");
        assert_eq!(*key, made);
        for other in [("ten_2", "sub_1", "epoch"), ("ten_1", "sub_2", "epoch"), ("ten_1", "sub_1", "other")] {
            assert_ne!(*key, *subject_key(&[7; 32], other.0, other.1, other.2.as_bytes()));
        }
    }

    #[test]
    fn verifiers_of_one_generation_accept_nothing_in_another() {
        let word = "PSTN-CVG87-KK9E7-Y2F4M-SFA7C-0ZN58";
        let Parsed::Testable { code, .. } = parse(word, &[Prefix::default()]) else { panic!("no code") };
        let material = Material::new(&code, Stretch::None, &[]).unwrap();
        let (key, salt) = (Zeroizing::new([1; 32]), [2; 16]);
        let verifiers = material.verifier(&key, 1, &salt);
        let keys = SubjectKeys { live: vec![(1, key)] };
        let prepared = Prepared { epoch: Vec::new(), keys, material };
        // The salt is the same: whoever moved an ended set's verifiers into a new set would have moved it as well.
        let of = |generation| Target { generation, key_version: 1, salt: &salt, verifiers: &verifiers };
        assert_eq!(search(&prepared, &[of(1)]), Some((0, 1)));
        assert_eq!(search(&prepared, &[of(2)]), None);
        assert_eq!(search(&prepared, &[of(2), of(1)]), Some((1, 1)));
        assert_eq!(search(&prepared, &[Target { salt: &[3; 16], ..of(1) }]), None);
        assert_eq!(search(&prepared, &[Target { key_version: 2, ..of(1) }]), None);
    }
}
