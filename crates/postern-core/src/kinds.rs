//! Kinds of codes: which verifier of a set is a live code's, a canary's or the duress code's. Only the key `security`
//! reads it: neither a stolen database nor whoever redeems, reads the subject or its events can tell them apart.

use serde::{Deserialize, Serialize};

use crate::encoding::Blob;
use crate::kernel::Key;
use crate::local_keys::LocalKeys;

/// What a code does when it is typed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CodeKind {
    /// It works.
    Live,
    /// It never works, and rings an alarm.
    Canary,
    /// It works, and rings an alarm.
    Duress,
}

impl CodeKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Live, Self::Canary, Self::Duress];

    /// The kind's name, for whoever may know it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Canary => "canary",
            Self::Duress => "duress",
        }
    }

    const fn number(self) -> u8 {
        match self {
            Self::Live => 0,
            Self::Canary => 1,
            Self::Duress => 2,
        }
    }
}

/// Canaries that a set may have at most.
pub const CANARIES: u8 = 3;

/// What each verifier of a set stands for, in the order in which they are stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Kinds(Vec<u8>);

/// A canary's place; a live code's is its slot, the duress code's its slot with the highest bit.
const CANARY: u8 = 0;
const DURESS: u8 = 0x80;
const PADDING: u8 = 0xff;

/// Random bytes that arranging a place takes.
const PER_PLACE: usize = 4;

impl Kinds {
    /// Verifiers in order of slot, all of live codes: a set whose kinds are not kept.
    #[must_use]
    pub fn plain(count: u8) -> Self {
        Self((1..=count).collect())
    }

    /// Arranges a set: the duress code is one of the `count` that work, canaries come on top, and their verifiers are
    /// stored in random order. `random` is drawn from for each place.
    #[must_use]
    pub fn arrange(count: u8, canaries: u8, duress: bool, mut random: impl FnMut(&mut [u8])) -> Self {
        let mut below = |most: usize| {
            let mut drawn = [0; PER_PLACE];
            random(&mut drawn);
            usize::try_from(u32::from_be_bytes(drawn)).unwrap_or(0) % most.max(1)
        };
        let mut places: Vec<u8> = (1..=count).collect();
        let marked = below(places.len());
        if let Some(place) = places.get_mut(marked).filter(|_| duress) {
            *place |= DURESS;
        }
        places.extend((0..canaries.min(CANARIES)).map(|_| CANARY));
        for last in (1..places.len()).rev() {
            places.swap(last, below(last + 1));
        }
        Self(places)
    }

    /// What every verifier stands for, in order: a slot (none for a canary) and a kind.
    pub fn places(&self) -> impl Iterator<Item = (Option<u8>, CodeKind)> + '_ {
        self.0.iter().map(|place| match *place {
            CANARY => (None, CodeKind::Canary),
            place if place & DURESS != 0 => (Some(place & !DURESS), CodeKind::Duress),
            slot => (Some(slot), CodeKind::Live),
        })
    }

    /// What the verifier at `index`, from 1, stands for; a canary if there is none, so that it does not work.
    #[must_use]
    pub fn at(&self, index: u8) -> (Option<u8>, CodeKind) {
        self.places().nth(usize::from(index.wrapping_sub(1))).unwrap_or((None, CodeKind::Canary))
    }

    fn padded(&self) -> Vec<u8> {
        let working = self.0.iter().filter(|place| **place != CANARY).count();
        let mut padded = self.0.clone();
        padded.resize(working + usize::from(CANARIES), PADDING);
        padded
    }
}

/// The kinds of one set as its subject's row holds them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SealedKinds {
    /// Whose they are.
    pub generation: u32,
    /// Encrypted under the key `security`.
    pub sealed: Blob,
}

/// What a decision needs to know kinds and to tell the truth about them to `security` alone.
#[derive(Clone, Copy)]
pub struct Secrecy<'a> {
    /// The keys.
    pub keys: &'a LocalKeys,
    /// Random, for what this decision seals.
    pub nonce: [u8; 8],
}

impl Secrecy<'_> {
    /// Encrypts the kinds of a set: as long for every set of as many working codes.
    #[must_use]
    pub fn seal(&self, subject: Key, generation: u32, kinds: &Kinds) -> Option<Blob> {
        let about = generation.to_be_bytes();
        self.keys.seal_secret(b"postern/kinds/v1", subject, &about, self.nonce, &kinds.padded()).map(Blob)
    }

    /// The kinds of a set; those of a plain one if none are kept, and no code that works if they were altered.
    #[must_use]
    pub fn open(&self, subject: Key, generation: u32, sealed: &[SealedKinds], count: u8) -> Kinds {
        let Some(found) = sealed.iter().find(|one| one.generation == generation) else {
            return Kinds::plain(count);
        };
        let about = generation.to_be_bytes();
        let opened = self.keys.open_secret(b"postern/kinds/v1", subject, &about, &found.sealed.0);
        let places = opened.map(|bytes| bytes.iter().copied().filter(|place| *place != PADDING).collect());
        Kinds(places.unwrap_or_default())
    }

    /// What a tested word was, for an event: as long whatever it was.
    #[must_use]
    pub fn truth(&self, object: Key, kind: CodeKind) -> Option<Blob> {
        let said = [kind.number(), 0, 0, 0];
        self.keys.seal_secret(b"postern/truth/v1", object, &[], self.nonce, &said).map(Blob)
    }
}

/// What a tested word was, from its event; `None` if that cannot be read.
#[must_use]
pub fn truth(keys: &LocalKeys, object: Key, sealed: &Blob) -> Option<CodeKind> {
    let said = keys.open_secret(b"postern/truth/v1", object, &[], &sealed.0)?;
    CodeKind::ALL.into_iter().find(|kind| said.first() == Some(&kind.number()))
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;
    use crate::ids::{SubjectId, TenantId};
    use crate::kernel::Kind;

    fn keys() -> LocalKeys {
        LocalKeys::new(|label| Some((1, Zeroizing::new([u8::try_from(label.len()).unwrap(); 32])))).unwrap()
    }

    fn subject(number: u8) -> Key {
        Key::of(Kind::Subject, TenantId::new([1; 16]), SubjectId::new([number; 16]))
    }

    fn arranged(count: u8, canaries: u8, duress: bool) -> Kinds {
        let mut seed = 7u8;
        Kinds::arrange(count, canaries, duress, |bytes| {
            for byte in bytes {
                seed = seed.wrapping_mul(61).wrapping_add(17);
                *byte = seed;
            }
        })
    }

    #[test]
    fn every_code_is_as_likely_at_every_place() {
        let (mut seed, rounds) = (1u64, 8_000);
        let mut random = |bytes: &mut [u8]| {
            for byte in bytes {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                *byte = u8::try_from(seed >> 56).unwrap();
            }
        };
        let mut times = [[0i32; 5]; 5];
        for _ in 0..rounds {
            for (place, (slot, _)) in Kinds::arrange(4, 1, true, &mut random).places().enumerate() {
                times[usize::from(slot.unwrap_or_default())][place] += 1;
            }
        }
        // 1,600 each, give or take five times the deviation of 36.
        for of_code in times {
            assert!(of_code.iter().all(|times| (times - rounds / 5).abs() < 180), "{of_code:?}");
        }
    }

    #[test]
    fn every_slot_is_there_once_and_canaries_have_none() {
        for (count, canaries, duress) in [(10, 0, false), (10, 3, true), (1, 0, true), (99, 3, true)] {
            let kinds = arranged(count, canaries, duress);
            let mut slots: Vec<u8> = kinds.places().filter_map(|(slot, _)| slot).collect();
            slots.sort_unstable();
            assert_eq!(slots, (1..=count).collect::<Vec<_>>());
            let of = |kind| kinds.places().filter(|(_, one)| *one == kind).count();
            assert_eq!(of(CodeKind::Canary), usize::from(canaries));
            assert_eq!(of(CodeKind::Duress), usize::from(duress));
        }
        assert_ne!(arranged(10, 0, false).0, Kinds::plain(10).0);
        assert_eq!(Kinds::plain(3).at(3), (Some(3), CodeKind::Live));
        assert_eq!(Kinds::plain(3).at(4), (None, CodeKind::Canary));
    }

    #[test]
    fn what_is_sealed_is_as_long_and_opens_for_its_own_set_only() {
        let keys = keys();
        let secrecy = Secrecy { keys: &keys, nonce: [9; 8] };
        let (plain, special) = (arranged(10, 0, false), arranged(10, 3, true));
        let sealed = [&plain, &special].map(|kinds| secrecy.seal(subject(1), 3, kinds).unwrap());
        assert_eq!(sealed[0].0.len(), sealed[1].0.len());
        let [_, sealed] = sealed.map(|sealed| [SealedKinds { generation: 3, sealed }]);
        assert!(secrecy.open(subject(1), 3, &sealed, 10) == special);
        // Another subject's, or altered: nothing works.
        assert_eq!(secrecy.open(subject(2), 3, &sealed, 10).at(1), (None, CodeKind::Canary));
        let moved = [SealedKinds { generation: 4, ..sealed[0].clone() }];
        assert_eq!(secrecy.open(subject(1), 4, &moved, 10).at(1), (None, CodeKind::Canary));
    }

    #[test]
    fn the_truth_is_as_long_whatever_it_is() {
        let keys = keys();
        let secrecy = Secrecy { keys: &keys, nonce: [9; 8] };
        let said = CodeKind::ALL.map(|kind| secrecy.truth(subject(1), kind).unwrap());
        assert!(said.iter().all(|one| one.0.len() == said[0].0.len()));
        assert_eq!(said.clone().map(|one| truth(&keys, subject(1), &one)), CodeKind::ALL.map(Some));
        assert_eq!(truth(&keys, subject(2), &said[0]), None);
    }
}
