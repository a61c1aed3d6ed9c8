//! A clock that a test moves.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use postern_core::Time;
use postern_core::ports::Clock;

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct TestClock(AtomicU64);

impl Default for TestClock {
    fn default() -> Self {
        Self(AtomicU64::new(1_774_000_000_000))
    }
}

impl TestClock {
    /// Moves the clock forward.
    pub fn advance(&self, span: Duration) {
        self.0.fetch_add(span.as_millis().try_into().unwrap(), Ordering::SeqCst);
    }

    /// Moves the clock back.
    pub fn retreat(&self, span: Duration) {
        self.0.fetch_sub(span.as_millis().try_into().unwrap(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Time {
        Time::from_millis(self.0.load(Ordering::SeqCst))
    }
}
