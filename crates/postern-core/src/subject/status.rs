//! What `GET` shows of a subject, judged by the time of asking.

use super::Subject;
use super::set::{CodeSet, SetState};
use crate::Time;
use crate::campaign::Selection;
use crate::throttle::Class;
use postern_codes::Format;

/// A subject's sets and budgets now.
#[derive(Clone, PartialEq, Debug)]
pub struct Status {
    /// The active set, unless it has expired.
    pub active: Option<SetStatus>,
    /// The staged set, unless its time is over.
    pub staged: Option<StagedStatus>,
    /// Misses left per class, for a stretched set.
    pub attempts_left: Option<Vec<(Class, u16)>>,
    /// Waits that run, per class.
    pub waits: Vec<(Class, Time)>,
}

/// A set that works, or is to be replaced.
#[derive(Clone, PartialEq, Debug)]
pub struct SetStatus {
    /// Its generation.
    pub generation: u32,
    /// Its name.
    pub name: String,
    /// `active` or `suspended`.
    pub state: SetState,
    /// When it was staged.
    pub issued_at: Time,
    /// How the holder was known then.
    pub route: String,
    /// Its format.
    pub format: Format,
    /// Codes that it began with.
    pub total: u8,
    /// Codes that still work.
    pub remaining: u8,
    /// Which codes were used when.
    pub used: Vec<Used>,
    /// When it ends.
    pub expires_at: Time,
    /// When a code was last rehearsed.
    pub tested_at: Option<Time>,
}

/// A used code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Used {
    /// Its number.
    pub slot: u8,
    /// When.
    pub at: Time,
}

/// A set that waits to be confirmed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StagedStatus {
    /// Its generation.
    pub generation: u32,
    /// Until when.
    pub confirm_by: Time,
}

/// What a subject looks like at `now`, without the sets that a campaign has ended.
#[must_use]
pub fn status(subject: &Subject, ended: &[Selection], now: Time) -> Status {
    let works = |set: &CodeSet| !ended.iter().any(|selection| selection.takes(set));
    let active = subject.active.as_ref().filter(|active| active.expires_at > now && works(&active.set));
    let stretched = active.is_some_and(|active| active.set.format.stretched());
    let left = || Class::ALL.into_iter().map(|class| (class, subject.throttle.left(class))).collect();
    let waits = Class::ALL.into_iter().filter(|_| stretched);
    Status {
        active: active.map(|active| SetStatus {
            generation: active.set.generation,
            name: active.set.name.clone(),
            state: active.state,
            issued_at: active.set.issued_at,
            route: active.set.route.clone(),
            format: active.set.format,
            total: active.set.count,
            remaining: active.remaining(),
            used: active.used.iter().map(|(slot, at)| Used { slot: *slot, at: *at }).collect(),
            expires_at: active.expires_at,
            tested_at: active.tested_at,
        }),
        staged: subject
            .staged
            .as_ref()
            .filter(|staged| staged.confirm_by > now && works(&staged.set))
            .map(|staged| StagedStatus { generation: staged.set.generation, confirm_by: staged.confirm_by }),
        attempts_left: stretched.then(left),
        waits: waits.filter_map(|class| Some((class, subject.throttle.waits_until(class, now)?))).collect(),
    }
}
