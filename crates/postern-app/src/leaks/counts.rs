//! Counts by name within a window of time: forgotten when the window is over, and not before.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use postern_core::Time;

/// Names that one window has room for. Each costs an application some of its hour, so that no few of them fill it.
const NAMES: usize = 1 << 18;

/// Counts that begin anew with each window. Working state.
pub(super) struct Counts {
    /// Seconds of a window.
    span: u64,
    now: Mutex<Window>,
}

#[derive(Default)]
struct Window {
    number: u64,
    names: HashMap<Vec<u8>, u32>,
}

impl Counts {
    pub(super) fn every(span: u64) -> Self {
        Self { span, now: Mutex::default() }
    }

    /// Adds to the count of a name, if it stays within `most`. Nothing costs nothing. A window that is full takes no further
    /// name: who makes names up wins nothing by it.
    pub(super) fn take(&self, name: &[u8], count: u32, most: u32, now: Time) -> bool {
        if count == 0 {
            return true;
        }
        let mut window = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let number = now.seconds() / self.span;
        // A clock that goes back opens no earlier window again.
        if number > window.number {
            *window = Window { number, names: HashMap::new() };
        }
        let taken = match window.names.get(name) {
            None if window.names.len() >= NAMES => return false,
            taken => taken.copied().unwrap_or_default(),
        };
        let fits = taken.checked_add(count).filter(|sum| *sum <= most);
        if let Some(sum) = fits {
            window.names.insert(name.to_vec(), sum);
        }
        fits.is_some()
    }

    /// The seconds until the window is over.
    pub(super) const fn rest(&self, now: Time) -> u64 {
        self.span - now.seconds() % self.span
    }
}

#[cfg(test)]
mod tests {
    use super::{Counts, NAMES};
    use postern_core::Time;

    const HOUR: Time = Time::from_millis(3_600_000);

    #[test]
    fn a_count_stays_whatever_other_names_are_made_up() {
        let counts = Counts::every(3600);
        assert!(counts.take(b"alice", 100, 100, HOUR));
        for name in 0..NAMES as u64 + 10 {
            assert!(counts.take(&name.to_be_bytes(), 0, 100, HOUR), "nothing costs nothing");
            counts.take(&name.to_be_bytes(), 1, 100, HOUR);
        }
        assert!(!counts.take(b"alice", 1, 100, HOUR));
        assert!(!counts.take(b"bob", 1, 100, HOUR), "a full window takes nobody");
    }

    #[test]
    fn what_does_not_fit_is_not_counted_and_a_window_begins_anew() {
        let counts = Counts::every(3600);
        assert!(counts.take(b"alice", 60, 100, HOUR) && !counts.take(b"alice", 41, 100, HOUR));
        assert!(counts.take(b"alice", 40, 100, HOUR) && !counts.take(b"alice", 1, 100, HOUR));
        let next = Time::from_millis(7_200_000);
        assert!(counts.take(b"alice", 100, 100, next));
        assert!(!counts.take(b"alice", 1, 100, HOUR), "a clock that goes back");
        assert_eq!(counts.rest(Time::from_millis(3_601_000)), 3599);
    }
}
