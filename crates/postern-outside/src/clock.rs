//! The system's clock.

use std::time::{SystemTime, UNIX_EPOCH};

use postern_core::Time;
use postern_core::ports::Clock;

/// Reads the system's wall clock. One that stands before 1970 gives [`Time::START`], at which nothing is valid.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is given")]
    fn now(&self) -> Time {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Time::START.plus(since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_stands_after_this_was_written_and_does_not_go_back() {
        let first = SystemClock.now();
        assert!(first > Time::parse("2026-01-01T00:00:00Z").unwrap());
        assert!(SystemClock.now() >= first);
    }
}
