//! Codes found where they should not be: which of a subject's they are, and what follows. Nothing is spent, and no
//! counter of guesses moves: whoever asks has found the words, and did not type them.

mod among;

pub use among::found_among;
use postern_codes::Format;

use super::Subject;
use super::fact::{Finding, LeakFound, LeakState, RevokeReason, SubjectFact};
use super::revoke::{Revoke, end};
use super::settle::settle;
use crate::campaign::Selection;
use crate::kernel::{Draft, Held};
use crate::kinds::{CodeKind, Secrecy};
use crate::ports::SubjectKeys;
use crate::recent::{Known, Remembered, RequestMark};
use crate::tenant::LeakPolicy;
use crate::verifier::{Material, Stretch};

/// A found word, made ready to be compared.
pub struct FoundWord {
    /// Its place in the request, from 0.
    pub place: u8,
    /// The word.
    pub material: Material,
}

/// Found words for one subject, everything slow already done.
#[derive(Clone, Copy)]
pub struct FoundWords<'a> {
    /// The words.
    pub words: &'a [FoundWord],
    /// The subject's keys.
    pub keys: &'a SubjectKeys,
    /// The epoch for which they were made.
    pub epoch: &'a [u8],
    /// Sets that a campaign has ended, whatever their rows say yet.
    pub ended: &'a [Selection],
    /// Reads kinds of codes, and says to `security` alone what was found.
    pub secrecy: Secrecy<'a>,
}

/// A request about found words, for one subject.
#[derive(Clone, Copy)]
pub struct LeakCheck<'a> {
    /// The words.
    pub among: FoundWords<'a>,
    /// The request.
    pub request: RequestMark,
    /// What follows if a live one is among them.
    pub policy: LeakPolicy,
}

/// What became of them.
#[derive(Clone, PartialEq, Debug)]
pub enum LeakChecked {
    /// These are the subject's; none if nothing of it was found.
    Found {
        /// Which.
        found: Vec<Finding>,
        /// Sets that end for it.
        revokes: Vec<u32>,
        /// The most telling kind among them: for an alarm, never for the answer.
        kind: CodeKind,
    },
    /// This request was answered before.
    Seen(Remembered),
    /// The idempotency key belongs to another request.
    KeyReused,
    /// The words were made ready for another state: do it again.
    Again,
}

/// Records what was found of a subject, and ends the sets of live codes if that is the policy. Of a set that was recorded
/// within a day nothing more is recorded, unless it ends.
pub fn leaked(subject: Held<Subject>, check: &LeakCheck<'_>, draft: &mut Draft) -> LeakChecked {
    let at = draft.context().at;
    let Some(state) = subject.state().filter(|state| state.is_here()) else { return LeakChecked::Again };
    match state.recent.find(check.request, at) {
        Known::Same(remembered) => return LeakChecked::Seen(remembered),
        Known::Other => return LeakChecked::KeyReused,
        Known::No => {}
    }
    if !fits(state, &check.among) {
        return LeakChecked::Again;
    }
    let (key, (found, kind)) = (subject.key(), found_among(subject.key(), Some(state), &check.among, at));
    let is_new = |finding: &Finding| !state.leak_is_known(finding.generation, at);
    let revokes = ending(&found, check.policy);
    if found.is_empty() || (revokes.is_empty() && !found.iter().any(is_new)) {
        return LeakChecked::Found { found, revokes, kind };
    }
    let subject = settle(subject, draft);
    let security = check.among.secrecy.truth(key, kind);
    let fact = LeakFound { found: found.clone(), request: check.request, revokes: revokes.clone(), security };
    let mut held = Some(subject.record(SubjectFact::LeakFound(Box::new(fact)), draft));
    for generation in &revokes {
        held = held.and_then(|subject| end(subject, &revoking(*generation), draft));
    }
    LeakChecked::Found { found, revokes, kind }
}

/// The subject's keys stay: the set is kept among those that ended, so that the next copy of the sheet is known for an old
/// one, and so is whoever types a code of it.
const fn revoking(generation: u32) -> Revoke {
    Revoke {
        generation,
        reason: RevokeReason::Leaked,
        epoch: [0; 16],
        request: None,
        many: None,
        keeps_keys: true,
        stages: None,
    }
}

/// The sets that end for what was found.
fn ending(found: &[Finding], policy: LeakPolicy) -> Vec<u32> {
    let live = found.iter().filter(|finding| finding.state == LeakState::Live);
    match policy {
        LeakPolicy::Revoke => live.map(|finding| finding.generation).collect(),
        LeakPolicy::Alarm => Vec::new(),
    }
}

/// Whether what was prepared belongs to the subject as it is now: its epoch, the keys of its sets, and their stretching.
fn fits(state: &Subject, words: &FoundWords<'_>) -> bool {
    let keyed = state.sets().all(|set| words.keys.version(set.key_version).is_some());
    let alike = |word: &FoundWord| {
        stretch_of(state, word.material.format).is_none_or(|stretch| stretch == word.material.stretch)
    };
    keyed && words.epoch == state.epoch.bytes() && words.words.iter().all(alike)
}

/// How a word of this format has to be stretched to be compared with the subject's set: the one that works, or the one
/// that waits.
#[must_use]
pub fn stretch_of(subject: &Subject, format: Format) -> Option<Stretch> {
    subject.sets().find(|set| set.format == format).map(|set| set.stretch)
}
