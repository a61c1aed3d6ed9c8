//! What a tested word turned out to be: found among the verifiers, its kind read by the key `security`.

use super::Subject;
use crate::kernel::Key;
use crate::kinds::{CodeKind, Secrecy};
use crate::verifier::{Prepared, Target, search};

/// What a tested word is to its subject.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tested {
    /// A code of the set that works or is suspended.
    Code {
        /// Its number.
        slot: u8,
        /// Live or duress.
        kind: CodeKind,
    },
    /// A canary of that set: answered as a word that is no code.
    Canary,
    /// A code of an ended set, by its place among the targets.
    Ended(usize),
    /// No code of the subject.
    Nothing,
}

impl Tested {
    /// What `security` is told.
    pub(super) const fn kind(self) -> CodeKind {
        match self {
            Self::Code { kind, .. } => kind,
            Self::Canary => CodeKind::Canary,
            Self::Ended(_) | Self::Nothing => CodeKind::Live,
        }
    }
}

/// Tests a word on every set of a subject. The same work whatever it is.
pub(super) fn test(key: Key, state: &Subject, prepared: &Prepared, secrecy: &Secrecy<'_>) -> Tested {
    let found = search(prepared, &state.targets());
    let active = state.active.as_ref().map(|active| (active.set.generation, active.set.count));
    let (generation, count) = active.unwrap_or_default();
    let kinds = secrecy.open(key, generation, &state.kinds, count);
    match found {
        Some((0, index)) if active.is_some() => code(kinds.at(index)),
        Some((place, _)) => Tested::Ended(place),
        None => Tested::Nothing,
    }
}

/// Tests a word on one staged set.
pub(super) fn test_staged(
    key: Key,
    state: &Subject,
    target: Target<'_>,
    count: u8,
    prepared: &Prepared,
    secrecy: &Secrecy<'_>,
) -> Tested {
    let kinds = secrecy.open(key, target.generation, &state.kinds, count);
    search(prepared, &[target]).map_or(Tested::Nothing, |(_, index)| code(kinds.at(index)))
}

fn code((slot, kind): (Option<u8>, CodeKind)) -> Tested {
    slot.map_or(Tested::Canary, |slot| Tested::Code { slot, kind })
}
