//! The throttle: a pure state machine that slows guessing and cannot lock the owner out.
//!
//! ```text
//!  class (first factor from an unknown source 50 · known device 30 · accepted proof 20)
//!    0 ─miss─► 1 … 4 ─miss─► 5: wait 30 s ─miss─► 6: wait 1 min … ≤ 1 h ─► share used up: closed
//!    └──────────────── an accepted redemption, or a new set, clears it ───────────────┘
//! ```
//!
//! An attempt is a word that is tested. For `compact` and `numeric` sets the class waits and closes: one
//! class never delays or closes another, so a stranger cannot close the known device's way. A `standard`
//! set has more than 112 bits (SP 800-63B-4 §3.1.2.2 asks for no limit there), so only the source waits.

use std::time::Duration;

use postern_codes::Format;
use serde::{Deserialize, Serialize};

use crate::Time;
use crate::encoding::Fixed;
use crate::limits;

/// Whose attempt it is: each class has waits and a share of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// First factor from a source that is not known.
    Unknown,
    /// A known device.
    Known,
    /// An accepted independent proof.
    Proof,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 3] = [Self::Unknown, Self::Known, Self::Proof];

    /// Consecutive failures after which the class is closed until a code is accepted or the set replaced.
    #[must_use]
    pub const fn share(self) -> u16 {
        match self {
            Self::Unknown => 50,
            Self::Known => 30,
            Self::Proof => 20,
        }
    }
}

/// Who is delayed, and until when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Delay {
    /// Wait until then.
    Until(Time),
    /// The class is used up for this set.
    Closed,
}

/// Consecutive failures and the last of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
struct Failures {
    count: u16,
    last: Time,
}

impl Failures {
    fn add(&mut self, at: Time) {
        *self = Self { count: self.count.saturating_add(1), last: at };
    }

    fn wait(self) -> Option<Time> {
        let doublings = u32::from(self.count.checked_sub(limits::FREE_MISSES + 1)?);
        let wait = limits::FIRST_WAIT.saturating_mul(2u32.saturating_pow(doublings.min(16)));
        Some(self.last.plus(wait.min(limits::LONGEST_WAIT)))
    }
}

/// The throttle's state for one subject.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Throttle {
    unknown: Failures,
    known: Failures,
    proof: Failures,
    sources: Vec<(Fixed<8>, Failures)>,
}

impl Throttle {
    /// Whether a word may be tested now. `format` is that of the active set: it decides, not the typed one.
    ///
    /// # Errors
    /// The delay, if it may not.
    pub fn judge(&self, class: Class, source: Fixed<8>, format: Format, now: Time) -> Result<(), Delay> {
        let failures = if format.stretched() {
            if self.class(class).count >= class.share() {
                return Err(Delay::Closed);
            }
            *self.class(class)
        } else {
            self.sources
                .iter()
                .find(|(known, _)| *known == source)
                .map(|(_, failures)| *failures)
                .unwrap_or_default()
        };
        match failures.wait() {
            Some(until) if until > now => Err(Delay::Until(until)),
            _ => Ok(()),
        }
    }

    /// A word was tested and missed.
    pub fn miss(&mut self, class: Class, source: Fixed<8>, at: Time) {
        self.class_mut(class).add(at);
        if let Some((_, failures)) = self.sources.iter_mut().find(|(known, _)| *known == source) {
            return failures.add(at);
        }
        if self.sources.len() >= limits::SOURCES {
            self.forget_least_dangerous();
        }
        self.sources.push((source, Failures { count: 1, last: at }));
    }

    /// A code was accepted: the counts begin again.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// A new set is active: the classes' counts were the old set's.
    pub fn new_set(&mut self) {
        (self.unknown, self.known, self.proof) = Default::default();
    }

    /// Consecutive failures over all classes: at the sum of the shares a stretched set is suspended for
    /// good (SP 800-63B-4 §3.2.2).
    #[must_use]
    pub fn failures(&self) -> u16 {
        Class::ALL.into_iter().fold(0, |sum: u16, class| sum.saturating_add(self.class(class).count))
    }

    /// How many misses a class has left.
    #[must_use]
    pub fn left(&self, class: Class) -> u16 {
        class.share().saturating_sub(self.class(class).count)
    }

    /// When the longest running wait of a class ends, if one runs.
    #[must_use]
    pub fn waits_until(&self, class: Class, now: Time) -> Option<Time> {
        self.class(class).wait().filter(|until| *until > now)
    }

    const fn class(&self, class: Class) -> &Failures {
        match class {
            Class::Unknown => &self.unknown,
            Class::Known => &self.known,
            Class::Proof => &self.proof,
        }
    }

    const fn class_mut(&mut self, class: Class) -> &mut Failures {
        match class {
            Class::Unknown => &mut self.unknown,
            Class::Known => &mut self.known,
            Class::Proof => &mut self.proof,
        }
    }

    fn forget_least_dangerous(&mut self) {
        let least =
            self.sources.iter().enumerate().min_by_key(|(_, (_, failures))| (failures.count, failures.last));
        if let Some(place) = least.map(|(place, _)| place) {
            self.sources.remove(place);
        }
    }
}

/// Consecutive failures of all classes at which a stretched set is suspended.
pub const SUSPENDED_AT: u16 = 100;

/// How long until `until`, at least a second, for `Retry-After`.
#[must_use]
pub fn retry_after(until: Time, now: Time) -> Duration {
    until.since(now).max(Duration::from_secs(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_millis(1_774_000_000_000);
    const HERE: Fixed<8> = Fixed([1; 8]);
    const THERE: Fixed<8> = Fixed([2; 8]);

    fn missed(times: usize, class: Class, source: Fixed<8>) -> Throttle {
        let mut throttle = Throttle::default();
        (0..times).for_each(|_| throttle.miss(class, source, NOW));
        throttle
    }

    #[test]
    fn waits_begin_at_the_fifth_miss_and_double_up_to_an_hour() {
        let judge = |times, after| {
            missed(times, Class::Unknown, HERE).judge(
                Class::Unknown,
                HERE,
                Format::Compact,
                NOW.plus(Duration::from_secs(after)),
            )
        };
        assert_eq!(judge(4, 0), Ok(()));
        assert_eq!(judge(5, 0), Err(Delay::Until(NOW.plus(Duration::from_secs(30)))));
        assert_eq!(judge(5, 30), Ok(()));
        assert_eq!(judge(6, 59), Err(Delay::Until(NOW.plus(Duration::from_secs(60)))));
        assert_eq!(judge(20, 0), Err(Delay::Until(NOW.plus(limits::LONGEST_WAIT))));
        assert_eq!(judge(50, 86_400), Err(Delay::Closed));
    }

    #[test]
    fn one_class_never_delays_or_closes_another() {
        let throttle = missed(200, Class::Unknown, HERE);
        assert_eq!(throttle.judge(Class::Known, HERE, Format::Compact, NOW), Ok(()));
        assert_eq!(throttle.judge(Class::Proof, HERE, Format::Numeric, NOW), Ok(()));
    }

    #[test]
    fn a_standard_set_makes_only_the_source_wait_and_never_closes() {
        let throttle = missed(500, Class::Unknown, HERE);
        assert_eq!(throttle.judge(Class::Unknown, THERE, Format::Standard, NOW), Ok(()));
        assert!(matches!(throttle.judge(Class::Unknown, HERE, Format::Standard, NOW), Err(Delay::Until(_))));
        assert_eq!(
            throttle.judge(Class::Unknown, HERE, Format::Standard, NOW.plus(limits::LONGEST_WAIT)),
            Ok(())
        );
    }

    #[test]
    fn an_accepted_code_clears_everything_and_a_new_set_what_the_old_one_was_guessed_at() {
        let throttle = missed(6, Class::Unknown, HERE);
        let mut cleared = throttle.clone();
        cleared.clear();
        assert_eq!(cleared, Throttle::default());
        let mut renewed = throttle;
        renewed.new_set();
        assert_eq!((renewed.failures(), renewed.left(Class::Unknown)), (0, 50));
        assert_eq!(renewed.judge(Class::Unknown, HERE, Format::Compact, NOW), Ok(()));
        // A source that guessed goes on to wait.
        assert!(renewed.judge(Class::Unknown, HERE, Format::Standard, NOW).is_err());
    }

    #[test]
    fn what_is_left_and_how_long_a_class_waits_is_told() {
        let mut throttle = missed(6, Class::Unknown, HERE);
        (0..2).for_each(|_| throttle.miss(Class::Known, THERE, NOW));
        assert_eq!(
            (throttle.failures(), throttle.left(Class::Unknown), throttle.left(Class::Known)),
            (8, 44, 28)
        );
        let over = NOW.plus(Duration::from_secs(60));
        let before = NOW.plus(Duration::from_secs(59));
        let waits = |class, now| throttle.waits_until(class, now);
        assert_eq!([waits(Class::Unknown, NOW), waits(Class::Unknown, before)], [Some(over); 2]);
        assert_eq!([waits(Class::Unknown, over), waits(Class::Known, NOW)], [None; 2]);
        assert_eq!(missed(51, Class::Unknown, HERE).left(Class::Unknown), 0);
        assert_eq!([retry_after(over, NOW), retry_after(NOW, NOW)], [60, 1].map(Duration::from_secs));
    }

    #[test]
    fn shares_add_up_to_the_limit_of_a_set() {
        assert_eq!(Class::ALL.into_iter().map(Class::share).sum::<u16>(), SUSPENDED_AT);
    }

    #[test]
    fn many_sources_stay_bounded_and_the_worst_is_remembered() {
        let mut throttle = missed(9, Class::Unknown, HERE);
        (10..200).for_each(|n| throttle.miss(Class::Unknown, Fixed([n; 8]), NOW));
        assert_eq!(throttle.sources.len(), limits::SOURCES);
        assert!(throttle.judge(Class::Unknown, HERE, Format::Standard, NOW).is_err());
    }
}
