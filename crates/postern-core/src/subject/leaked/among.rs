//! Which of a subject's codes found words are: compared with every set that it has and had.

use super::super::Subject;
use super::super::fact::{Finding, LeakState};
use super::FoundWords;
use crate::Time;
use crate::campaign::Selection;
use crate::kernel::Key;
use crate::kinds::{CodeKind, Kinds, Secrecy};
use crate::limits;
use crate::verifier::{Target, find};

/// Where a code of the subject is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Active,
    Staged,
    Ended,
}

/// Which of the words are codes of a subject, and the most telling kind among them. The same work for every word, and
/// for a subject that is not there.
#[must_use]
pub fn found_among(
    key: Key,
    state: Option<&Subject>,
    words: &FoundWords<'_>,
    at: Time,
) -> (Vec<Finding>, CodeKind) {
    let state = state.filter(|state| state.is_here());
    let targets = state.map(|state| targets(state, words.ended, at)).unwrap_or_default();
    let compared: Vec<Target<'_>> = targets.iter().map(|(_, target)| *target).collect();
    let [of_active, of_staged] = [Of::Active, Of::Staged].map(|of| kinds(key, state, of, &words.secrecy));
    let (mut found, mut kind) = (Vec::new(), CodeKind::Live);
    for word in words.words {
        // The active and the staged set, and those that ended.
        let hit = find(words.keys, &word.material, &compared, limits::ENDED_KEPT + 2);
        let Some((place, index)) = hit else { continue };
        let Some(((of, target), state)) = targets.get(place).zip(state) else { continue };
        let (what, special) = match of {
            Of::Active => active(state, of_active.at(index)),
            Of::Staged => (LeakState::Live, of_staged.at(index).1),
            Of::Ended => (LeakState::Old, CodeKind::Live),
        };
        kind = more_telling(kind, special);
        add(&mut found, word.place, target.generation, what);
    }
    (found, kind)
}

/// What words are compared with. A set that time or a campaign has ended is an old one, whatever its row says yet.
fn targets<'a>(state: &'a Subject, ended: &[Selection], at: Time) -> Vec<(Of, Target<'a>)> {
    let over = |set| ended.iter().any(|selection| selection.takes(set));
    let active = state.active.iter().map(|active| {
        let is_over = active.expires_at <= at || over(&active.set);
        (if is_over { Of::Ended } else { Of::Active }, active.set.target())
    });
    let staged = state.staged.iter().map(|staged| {
        let is_over = staged.confirm_by <= at || over(&staged.set);
        (if is_over { Of::Ended } else { Of::Staged }, staged.set.target())
    });
    let before = state.ended.iter().rev().map(|ended| (Of::Ended, ended.target()));
    active.chain(staged).chain(before).collect()
}

/// The kinds of a set; they are read whether it is there or not.
fn kinds(key: Key, state: Option<&Subject>, of: Of, secrecy: &Secrecy<'_>) -> Kinds {
    let set = state.and_then(|state| match of {
        Of::Active => state.active.as_ref().map(|active| &active.set),
        Of::Staged => state.staged.as_ref().map(|staged| &staged.set),
        Of::Ended => None,
    });
    let (generation, count) = set.map(|set| (set.generation, set.count)).unwrap_or_default();
    secrecy.open(key, generation, state.map_or(&[], |state| state.kinds.as_slice()), count)
}

/// A canary is a code that was not spent, like its neighbours on the sheet.
fn active(state: &Subject, (slot, kind): (Option<u8>, CodeKind)) -> (LeakState, CodeKind) {
    let active = state.active.as_ref();
    let works = slot.is_none_or(|slot| active.is_some_and(|active| active.works(slot)));
    (if works { LeakState::Live } else { LeakState::Spent }, kind)
}

const fn more_telling(one: CodeKind, other: CodeKind) -> CodeKind {
    match (one, other) {
        (CodeKind::Duress, _) | (_, CodeKind::Duress) => CodeKind::Duress,
        (CodeKind::Canary, _) | (_, CodeKind::Canary) => CodeKind::Canary,
        (CodeKind::Live, CodeKind::Live) => CodeKind::Live,
    }
}

fn add(found: &mut Vec<Finding>, place: u8, generation: u32, state: LeakState) {
    let same = |finding: &&mut Finding| finding.generation == generation && finding.state == state;
    match found.iter_mut().find(same) {
        Some(finding) => finding.codes.push(place),
        None => found.push(Finding { codes: vec![place], generation, state }),
    }
}
