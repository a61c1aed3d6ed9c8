//! Whether the store fails: what it did not take or did not answer, for `/readyz`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use postern_core::Time;

/// How long a failure counts if nothing was committed since: who is sent no requests commits nothing.
const COUNTS: Duration = Duration::from_secs(10);

/// When the store failed last, in milliseconds; 0 if something was committed since.
#[derive(Debug, Default)]
pub(crate) struct Failing(AtomicU64);

impl Failing {
    pub(crate) fn failed(&self, now: Time) {
        self.0.store(now.millis(), Ordering::Relaxed);
    }

    pub(crate) fn committed(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    pub(crate) fn fails(&self, now: Time) -> bool {
        let failed = self.0.load(Ordering::Relaxed);
        failed != 0 && now.since(Time::from_millis(failed)) < COUNTS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_counts_until_a_commit_or_for_ten_seconds() {
        let (failing, now) = (Failing::default(), Time::from_millis(1_000_000));
        assert!(!failing.fails(now));
        failing.failed(now);
        assert!(failing.fails(now.plus(COUNTS - Duration::from_millis(1))));
        assert!(!failing.fails(now.plus(COUNTS)));
        failing.committed();
        assert!(!failing.fails(now));
    }
}
