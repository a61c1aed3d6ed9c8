//! How far long work has come, for whoever watches it at a terminal.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use crate::app::App;

/// Long work.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// A backup: pages of the database.
    Backup,
    /// A version of the pepper is burnt: subjects that were looked at.
    Burning,
    /// Shipped events are replayed.
    Replaying,
    /// Evidence is verified: events and rows.
    Verifying,
}

/// How far each is. A service may do several at once, and each once at a time.
#[derive(Default)]
pub(crate) struct Works {
    pub(crate) burning: Walked,
    pub(crate) replaying: Walked,
    pub(crate) verifying: Walked,
}

/// What was looked at, of what there is as far as is known yet.
#[derive(Default)]
pub(crate) struct Walked {
    done: AtomicU64,
    all: AtomicU64,
}

impl Walked {
    /// Begins anew.
    pub(crate) fn begin(&self) {
        self.done.store(0, Ordering::Relaxed);
        self.all.store(0, Ordering::Relaxed);
    }

    /// There are so many more.
    pub(crate) fn expect(&self, more: u64) {
        self.all.fetch_add(more, Ordering::Relaxed);
    }

    /// So many more were looked at.
    pub(crate) fn pass(&self, more: usize) {
        self.done.fetch_add(u64::try_from(more).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn now(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.all.load(Ordering::Relaxed))
    }
}

impl App {
    /// How far the work is that is being done, or was done last: how much of it, and how much there is as far as is known.
    #[must_use]
    pub fn how_far(&self, work: Work) -> (u64, u64) {
        let (done, all) = match work {
            Work::Backup => self.store().backed_up(),
            Work::Burning => self.works.burning.now(),
            Work::Replaying => self.works.replaying.now(),
            Work::Verifying => self.works.verifying.now(),
        };
        (done.min(all), all)
    }
}
