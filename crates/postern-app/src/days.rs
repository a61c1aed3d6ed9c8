//! Days that have really passed: what is removed for good after some of them is not removed because a clock was set ahead.

use std::time::Duration;

use postern_core::{Time, limits};

/// How long a clock that was set ahead must go along with the time that passes until it is believed: long enough for
/// somebody to see the alarm and set it right.
const PATIENCE: Duration = Duration::from_secs(24 * 3600);

/// The wall clock, held against the time that passes. The clock that a process begins with is believed.
#[derive(Debug, Default)]
pub struct Days {
    /// A moment by both that is believed.
    believed: Option<(Time, Duration)>,
    /// The first moment by a clock that is ahead of it, and has gone along since.
    ahead: Option<(Time, Duration)>,
}

impl Days {
    /// Days since 1970: by the wall clock, or by the time that passed since it was believed, whatever is less. `passing`
    /// is the time since any moment, always the same.
    pub fn today(&mut self, wall: Time, passing: Duration) -> u64 {
        let mut reckoned = at(*self.believed.get_or_insert((wall, passing)), passing);
        if wall > reckoned.plus(limits::CLOCK_STEP) {
            let ahead = *self.ahead.get_or_insert((wall, passing));
            if is_far(wall, at(ahead, passing)) {
                self.ahead = Some((wall, passing));
            } else if passing.saturating_sub(ahead.1) >= PATIENCE {
                self.believed = Some((wall, passing));
                reckoned = wall;
            }
        } else {
            self.ahead = None;
        }
        wall.min(reckoned).days()
    }
}

/// What a clock says that went along since a moment.
fn at((wall, then): (Time, Duration), passing: Duration) -> Time {
    wall.plus(passing.saturating_sub(then))
}

fn is_far(one: Time, other: Time) -> bool {
    one.max(other) > one.min(other).plus(limits::CLOCK_STEP)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3600;
    const DAY: u64 = 24 * HOUR;

    /// The day when the clock stands so many seconds from what it should, after so many have passed.
    fn day(days: &mut Days, passed: u64, off: i64) -> u64 {
        let wall = (100 * DAY + passed).checked_add_signed(off).unwrap();
        days.today(Time::from_millis(wall * 1000), Duration::from_secs(7 + passed))
    }

    #[test]
    fn a_clock_that_goes_along_is_believed_for_years() {
        let mut days = Days::default();
        assert!((0..9_000).all(|hour| day(&mut days, hour * HOUR, 0) == 100 + hour / 24));
    }

    #[test]
    fn a_clock_that_is_set_ahead_brings_no_day_nearer_until_it_went_along_for_a_day() {
        let (mut days, step) = (Days::default(), 31 * 86_400);
        assert_eq!(day(&mut days, 0, 0), 100);
        assert!((1..24).all(|hour| day(&mut days, hour * HOUR, step) == 100));
        // Set right again it is as before, and ahead once more it is not believed for what it was.
        assert_eq!(day(&mut days, DAY, 0), 101);
        assert!((25..49).all(|hour| day(&mut days, hour * HOUR, step) <= 102));
        // One that jumps every hour is never believed.
        for hour in 49..200 {
            let jumped = step + 86_400 * i64::try_from(hour).unwrap();
            assert_eq!(day(&mut days, hour * HOUR, jumped), 100 + hour / 24);
        }
        let from = 200;
        assert_eq!(day(&mut days, from * HOUR, step), 108);
        assert_eq!(day(&mut days, (from + 23) * HOUR, step), 109);
        assert_eq!(day(&mut days, (from + 24) * HOUR, step), 140);
        assert_eq!(day(&mut days, (from + 48) * HOUR, step), 141);
    }

    #[test]
    fn a_clock_that_is_set_back_puts_off_what_it_stands_back() {
        let mut days = Days::default();
        assert_eq!(day(&mut days, 0, 0), 100);
        assert_eq!(day(&mut days, 3 * DAY, -(2 * 86_400)), 101);
        assert_eq!(day(&mut days, 4 * DAY, 0), 104);
    }
}
