//! Versions of the pepper as the installation's record has them: which are live, and under which new sets are made.
//!
//! The record and the key service may know of a version at different times: nodes have key files of their own. The
//! record decides which one is in force; a node that does not have it, or has another key under its number, answers
//! nobody until it has.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::Time;
use crate::encoding::Fixed;
use crate::frame::frame;
use crate::ids::{SubjectId, TenantId};
use crate::kernel::{Draft, Held};
use crate::local_keys::SECURITY;
use crate::ports::SubjectKeys;
use crate::tenant::{Tenant, TenantFact};

/// The label of the pepper.
pub const PEPPER: &str = "pepper";

/// A live version of the pepper.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Pepper {
    /// Its number.
    pub version: u16,
    /// What tells its key from another one under the same number.
    pub check: Check,
    /// When it was noted.
    pub created_at: Time,
}

/// The first half of SHA-256 over a subject's key that no subject has.
pub type Check = Fixed<16>;

/// Whose key the check is made of: nobody has this id.
pub const CHECKED: (TenantId, SubjectId, &[u8]) =
    (TenantId::SYSTEM, SubjectId::new([0; 16]), b"postern/pepper-check/v1");

/// The check of every live version, from the keys of [`CHECKED`]; the newest first.
#[must_use]
pub fn checks(keys: &SubjectKeys) -> Vec<(u16, Check)> {
    let check = |key: &[u8; 32]| check(b"postern/pepper-check/v1", key);
    keys.live.iter().map(|(version, key)| (*version, check(key))).collect()
}

/// A check of something that only its key gives.
pub(crate) fn check(label: &[u8], secret: &[u8]) -> Check {
    let hash: [u8; 32] = Sha256::digest(frame(&[label, secret])).into();
    Fixed(hash.first_chunk::<16>().copied().unwrap_or_default())
}

/// A version of a key, and what tells it from another one under the same number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Checked {
    /// Its number.
    pub version: u16,
    /// What tells its key from another one.
    pub check: Check,
}

/// A version is there.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct KeyCreated {
    /// Tells its key from another one.
    pub check: Check,
    /// Which key.
    pub label: String,
    /// Its number.
    pub version: u16,
}

/// New sets are made under a version from now on.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct KeyRotated {
    /// Under which they were made until now.
    pub from: u16,
    /// Which key.
    pub label: String,
    /// Its number.
    pub version: u16,
}

/// A version is no more.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct KeyEnded {
    /// Which key.
    pub label: String,
    /// Its number.
    pub version: u16,
}

/// Why a version ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyEnd {
    /// No set needs it any more.
    Retired,
    /// Its sets were revoked, since somebody else may have it.
    Burnt,
}

impl Tenant {
    /// The version that new sets are made under, in the installation's record; none before the first rotation, when
    /// there is one only.
    #[must_use]
    pub fn pepper(&self) -> Option<u16> {
        (self.pepper > 0).then_some(self.pepper)
    }

    /// Folds what happened to a key.
    pub(crate) fn keys(mut self, fact: &TenantFact, at: Time) -> Self {
        match fact {
            TenantFact::KeyCreated(new) if new.label == SECURITY => {
                self.security = Some(Checked { version: new.version, check: new.check });
            }
            TenantFact::KeyCreated(new) => {
                self.peppers.push(Pepper { version: new.version, check: new.check, created_at: at });
                // What was there before anything was recorded stays in force.
                self.pepper = if self.pepper == 0 { new.version } else { self.pepper };
            }
            TenantFact::KeyRotated(rotated) => self.pepper = rotated.version,
            TenantFact::KeyRetired(ended) | TenantFact::KeyBurnt(ended) => {
                self.peppers.retain(|known| known.version != ended.version);
            }
            _ => {}
        }
        self
    }

    /// A version that the record has, and the key service has with another key.
    #[must_use]
    pub fn foreign(&self, found: &[(u16, Check)]) -> Option<u16> {
        let other = |known: &&Pepper| {
            found.iter().any(|(version, check)| *version == known.version && *check != known.check)
        };
        self.peppers.iter().find(other).map(|known| known.version)
    }

    /// Whether the record has another key `security` than this one, or a newer one: what is sealed under that would
    /// not open here.
    #[must_use]
    pub fn has_other_security(&self, found: Option<Checked>) -> bool {
        let fits =
            |known: Checked| found.is_some_and(|found| found.version > known.version || found == known);
        self.security.is_some_and(|known| !fits(known))
    }
}

/// Notes the key `security` if it is newer than the record's; whether it was.
pub fn note_security(system: Held<Tenant>, found: Option<Checked>, draft: &mut Draft) -> bool {
    let known = system.state().map_or(Some(u16::MAX), |state| state.security.map(|known| known.version));
    let Some(found) = found.filter(|found| known.is_none_or(|known| found.version > known)) else {
        return false;
    };
    let created = KeyCreated { check: found.check, label: SECURITY.to_owned(), version: found.version };
    let _ = system.record(TenantFact::KeyCreated(created), draft);
    true
}

/// Notes versions that the key service has and the record has not, the newest first; how many there were. A number that
/// is not above those of the record was taken away: a node that still has it does not bring it back.
pub fn note(mut system: Held<Tenant>, found: &[(u16, Check)], draft: &mut Draft) -> usize {
    let known: Vec<u16> = system
        .state()
        .map(|state| state.peppers.iter().map(|known| known.version).collect())
        .unwrap_or_default();
    let newest = known.iter().max().copied().unwrap_or_default();
    let new: Vec<_> = found.iter().filter(|(version, _)| *version > newest).collect();
    for (version, check) in &new {
        let created = KeyCreated { check: *check, label: PEPPER.to_owned(), version: *version };
        system = system.record(TenantFact::KeyCreated(created), draft);
    }
    new.len()
}

/// Puts a version in force, for every set that is made from now on; `false` if the record does not have it.
pub fn rotate(system: Held<Tenant>, version: u16, draft: &mut Draft) -> bool {
    let Some(state) = system.state() else { return false };
    let from = state.pepper;
    let has = state.peppers.iter().any(|known| known.version == version);
    if has && from != version {
        let rotated = KeyRotated { from, label: PEPPER.to_owned(), version };
        let _ = system.record(TenantFact::KeyRotated(rotated), draft);
    }
    has
}

/// Notes that a version is no more; `false` if the record does not have it, or it is the one in force.
pub fn end(system: Held<Tenant>, version: u16, why: KeyEnd, draft: &mut Draft) -> bool {
    let Some(state) = system.state() else { return false };
    if state.pepper == version || !state.peppers.iter().any(|known| known.version == version) {
        return false;
    }
    let ended = KeyEnded { label: PEPPER.to_owned(), version };
    let fact = match why {
        KeyEnd::Retired => TenantFact::KeyRetired(ended),
        KeyEnd::Burnt => TenantFact::KeyBurnt(ended),
    };
    let _ = system.record(fact, draft);
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Actor, ActorKind, Context, Fact as _, Key, Record as _};
    use crate::tenant::open_log;

    const NOW: Time = Time::from_millis(5_000);

    fn draft() -> Draft {
        Draft::new(Context { at: NOW, actor: Actor::new(ActorKind::Operator, "test"), private: None })
    }

    /// The installation's record after these facts.
    fn after(facts: &[TenantFact]) -> Held<Tenant> {
        let mut draft = draft();
        let system = Key::tenant(TenantId::SYSTEM);
        assert!(open_log(Held::absent(system, 0), "here", &mut draft));
        let opened = TenantFact::LogOpened(crate::tenant::LogOpened { installation: "here".to_owned() });
        let held = Held::<Tenant>::absent(system, 0).record(opened, &mut draft);
        facts.iter().fold(held, |held, fact| held.record(fact.clone(), &mut draft))
    }

    fn created(version: u16) -> TenantFact {
        TenantFact::KeyCreated(KeyCreated { check: check(version), label: PEPPER.to_owned(), version })
    }

    fn check(version: u16) -> Check {
        Fixed([u8::try_from(version).unwrap(); 16])
    }

    #[test]
    fn what_was_there_stays_in_force_until_another_version_is_put_there() {
        let mut draft = draft();
        assert_eq!(after(&[]).state().unwrap().pepper(), None);
        assert_eq!(note(after(&[]), &[(2, check(2)), (1, check(1))], &mut draft), 2);
        assert_eq!(note(after(&[created(1)]), &[(2, check(2)), (1, check(1))], &mut draft), 1);
        let held = after(&[created(1), created(2)]);
        assert_eq!(held.state().unwrap().pepper(), Some(1));
        assert!(rotate(after(&[created(1), created(2)]), 2, &mut draft));
        assert!(!rotate(held, 3, &mut draft), "a version that is not there");
    }

    #[test]
    fn the_version_in_force_does_not_end() {
        let rotated = TenantFact::KeyRotated(KeyRotated { from: 1, label: PEPPER.to_owned(), version: 2 });
        let facts = [created(1), created(2), rotated];
        let mut draft = draft();
        assert!(!end(after(&facts), 2, KeyEnd::Retired, &mut draft));
        assert!(!end(after(&facts), 3, KeyEnd::Burnt, &mut draft));
        assert!(draft.is_empty());
        assert!(end(after(&facts), 1, KeyEnd::Burnt, &mut draft));
        let ended = TenantFact::KeyBurnt(KeyEnded { label: PEPPER.to_owned(), version: 1 });
        let state = after(&[facts.as_slice(), &[ended]].concat()).state().unwrap().clone();
        assert_eq!(
            (state.peppers.iter().map(|known| known.version).collect::<Vec<_>>(), state.pepper()),
            (vec![2], Some(2))
        );
    }

    #[test]
    fn another_key_under_a_number_is_noticed_and_a_missing_one_is_not_another() {
        let held = after(&[created(1), created(2)]);
        let state = held.state().unwrap();
        assert_eq!(state.foreign(&[(1, check(1))]), None);
        assert_eq!(state.foreign(&[(2, check(3)), (1, check(1))]), Some(2));
        assert_eq!(state.foreign(&[(3, check(1))]), None);
    }

    #[test]
    fn rows_are_written_as_before_until_somebody_rotates_and_facts_in_their_order() {
        let (before, now) = (after(&[]), after(&[created(1)]));
        assert_eq!((before.state().unwrap().layout(), now.state().unwrap().layout()), (1, 2));
        let json = String::from_utf8(created(1).to_json().unwrap()).unwrap();
        assert_eq!(json, r#"{"check":"AQEBAQEBAQEBAQEBAQEBAQ","label":"pepper","version":1}"#);
        let read = TenantFact::from_json("key.created", 1, &json).unwrap();
        assert_eq!(read, Some(created(1)));
    }

    #[test]
    fn the_key_security_is_noted_once_and_another_one_or_none_is_told_apart() {
        let known = |version, byte| Some(Checked { version, check: Fixed([byte; 16]) });
        let mut draft = draft();
        // None of its own: nothing to note, and nothing to differ from.
        assert!(!note_security(after(&[]), None, &mut draft));
        assert!(!after(&[]).state().unwrap().has_other_security(None));
        assert!(note_security(after(&[]), known(1, 7), &mut draft));
        let created = KeyCreated { check: Fixed([7; 16]), label: SECURITY.to_owned(), version: 1 };
        let held = after(&[TenantFact::KeyCreated(created)]);
        let state = held.state().unwrap().clone();
        assert_eq!((state.security, state.layout()), (known(1, 7), 3));
        assert_eq!((state.peppers.len(), state.pepper()), (0, None), "it was taken for a pepper");
        assert!(!note_security(held, known(1, 7), &mut draft), "it was noted twice");
        for (found, other) in [(None, true), (known(1, 7), false), (known(1, 8), true), (known(2, 8), false)]
        {
            assert_eq!(state.has_other_security(found), other, "{found:?}");
        }
    }
}
