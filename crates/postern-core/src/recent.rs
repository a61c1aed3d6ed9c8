//! Recent requests: why a retry gets the same answer, and a lost answer never costs a code.

use serde::{Deserialize, Serialize};

use crate::Time;
use crate::encoding::Fixed;
use crate::limits;
use crate::verifier::Stretch;

/// A request as its record remembers it: keyed hashes, never a digest of a body. Fields in RFC 8785 order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RequestMark {
    /// Over operation, application, the request without the code, and the code's material.
    pub fingerprint: Fixed<8>,
    /// Over application and idempotency key.
    pub key: Fixed<8>,
    /// How the code's material was stretched, so that a retry is stretched alike whatever has become of the set.
    pub stretch: Stretch,
}

/// A remembered answer: the event that it can be rebuilt from, and when.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Remembered {
    /// The request.
    pub mark: RequestMark,
    /// Version of the record after the answer's event.
    pub version: u64,
    /// Minute since 1970.
    pub minute: u32,
}

impl Remembered {
    /// When the answer was given, to the minute.
    #[must_use]
    pub fn at(&self) -> Time {
        Time::from_millis(u64::from(self.minute) * 60_000)
    }
}

/// How a request stands to what is remembered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Known {
    /// Never seen.
    No,
    /// The same request: repeat its answer, rebuilt from this version's event.
    Same(Remembered),
    /// The same key, another request.
    Other,
}

/// A record's recent requests. What gave codes out or spent one is removed by age alone; refusals, and what
/// repeats by state, make place for younger ones.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Recent {
    granted: Vec<Remembered>,
    passing: Vec<Remembered>,
}

impl Recent {
    /// Looks a request up.
    #[must_use]
    pub fn find(&self, mark: RequestMark, now: Time) -> Known {
        let found = self
            .granted
            .iter()
            .chain(&self.passing)
            .find(|kept| kept.mark.key == mark.key && live(kept, now));
        match found {
            None => Known::No,
            Some(kept) if kept.mark == mark => Known::Same(*kept),
            Some(_) => Known::Other,
        }
    }

    /// The request that an idempotency key belongs to, if it was seen.
    #[must_use]
    pub fn by_key(&self, key: Fixed<8>, now: Time) -> Option<RequestMark> {
        let mut kept = self.granted.iter().chain(&self.passing);
        kept.find(|kept| kept.mark.key == key && live(kept, now)).map(|kept| kept.mark)
    }

    /// When there will be place for another granted answer; `None` if there is now.
    #[must_use]
    pub fn full_until(&self, now: Time) -> Option<Time> {
        let mut live: Vec<Time> =
            self.granted.iter().filter(|kept| live(kept, now)).map(Remembered::at).collect();
        live.sort_unstable();
        // There may be one more than there are places: that a set which waited was revoked with many.
        let last_to_go = live.len().checked_sub(limits::ANSWERS_KEPT)?;
        live.get(last_to_go).map(|at| at.plus(limits::ANSWER_REPEATS))
    }

    /// Remembers an answer that granted something.
    pub fn granted(&mut self, mark: Option<RequestMark>, version: u64, at: Time) {
        self.granted.retain(|kept| live(kept, at));
        self.granted.extend(mark.map(|mark| Remembered { mark, version, minute: minute(at) }));
    }

    /// Remembers an answer that may make place.
    pub fn passing(&mut self, mark: Option<RequestMark>, version: u64, at: Time) {
        self.passing.retain(|kept| live(kept, at));
        if let Some(mark) = mark {
            if self.passing.len() >= limits::ANSWERS_KEPT {
                self.passing.remove(0);
            }
            self.passing.push(Remembered { mark, version, minute: minute(at) });
        }
    }
}

fn live(kept: &Remembered, now: Time) -> bool {
    now.since(kept.at()) < limits::ANSWER_REPEATS
}

fn minute(at: Time) -> u32 {
    u32::try_from(at.seconds() / 60).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NOW: Time = Time::from_millis(1_000_000_000);

    fn mark(number: u8) -> RequestMark {
        RequestMark { fingerprint: Fixed([number; 8]), key: Fixed([number; 8]), stretch: Stretch::None }
    }

    #[test]
    fn refusals_make_no_place_for_what_was_granted_and_a_bulk_request_is_such() {
        let mut recent = Recent::default();
        recent.granted(Some(mark(0)), 1, NOW);
        for number in 1..=100 {
            recent.passing(Some(mark(number)), 1 + u64::from(number), NOW);
        }
        assert!(matches!(recent.find(mark(0), NOW), Known::Same(kept) if kept.version == 1));
        // It goes by age, and by nothing else: a day after the begin of its minute.
        let begin = Time::from_millis(NOW.millis() / 60_000 * 60_000);
        let day = begin.plus(limits::ANSWER_REPEATS);
        let last = day.minus(Duration::from_millis(1));
        assert!(matches!(recent.find(mark(0), last), Known::Same(_)));
        assert_eq!(recent.find(mark(0), day), Known::No);
    }

    #[test]
    fn one_more_than_there_are_places_has_to_go_first() {
        let mut recent = Recent::default();
        let minute = |number: u64| Time::from_millis(60_000 * number);
        for number in (0..9).rev() {
            assert_eq!(
                recent.full_until(minute(9)),
                (number == 0).then(|| minute(1).plus(limits::ANSWER_REPEATS))
            );
            recent.granted(Some(mark(number)), 1, minute(number.into()));
        }
        let until = minute(1).plus(limits::ANSWER_REPEATS);
        assert_eq!(recent.full_until(minute(9)), Some(until));
        assert_eq!(recent.full_until(until.minus(Duration::from_millis(1))), Some(until));
        assert_eq!(recent.full_until(until), None);
    }

    #[test]
    fn where_no_place_is_left_the_oldest_that_may_pass_goes_first() {
        let mut recent = Recent::default();
        for number in 0..8 {
            assert_eq!(recent.full_until(NOW), None);
            recent.granted(Some(mark(number)), u64::from(number), NOW);
        }
        // Revoking many is remembered nevertheless, among what may pass.
        assert!(recent.full_until(NOW).is_some_and(|until| until > NOW.plus(Duration::from_secs(86_000))));
        recent.passing(Some(mark(100)), 100, NOW);
        for number in 101..=107 {
            recent.passing(Some(mark(number)), u64::from(number), NOW);
            assert!(matches!(recent.find(mark(100), NOW), Known::Same(_)), "{number} took its place");
        }
        recent.passing(Some(mark(108)), 108, NOW);
        assert_eq!(recent.find(mark(100), NOW), Known::No);
        assert!(matches!(recent.find(mark(101), NOW), Known::Same(_)));
        assert!((0..8).all(|number| matches!(recent.find(mark(number), NOW), Known::Same(_))));
    }
}
