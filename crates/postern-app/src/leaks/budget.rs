//! What an application may ask in an hour, and the sums of what it asked. No counter of a subject moves for it.

use std::ops::AddAssign;
use std::sync::Arc;
use std::time::Duration;

use postern_core::Time;
use postern_core::application::{Application, LeaksChecked, leaks_checked};
use postern_core::kernel::{Key, Kind, Step, Want, decide};
use postern_core::limits;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Problem;
use crate::app::App;
use crate::authorise::Gate;
use crate::jobs::{is_done, service_draft};
use crate::rare_sums::{RareSums, Total};
use crate::work::Seen;

/// Requests that are worked on at once: they are long, and nobody waits for them at a door.
const AT_ONCE: usize = 4;
/// How soon whoever found no turn may come again.
const SOON: Duration = Duration::from_secs(1);

/// What is kept of requests about leaks. Working state, on each node for itself.
pub(crate) struct Leaks {
    turns: Arc<Semaphore>,
    budgets: Seen,
    sums: RareSums<Whose, Asked>,
}

/// Whose requests are summed together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Whose {
    application: Key,
    number: u32,
}

/// What was asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Asked {
    pub(super) found: u32,
    pub(super) refused: u32,
    pub(super) requests: u32,
    pub(super) texts: u32,
    pub(super) words: u32,
}

impl AddAssign for Asked {
    fn add_assign(&mut self, more: Self) {
        self.found = self.found.saturating_add(more.found);
        self.refused = self.refused.saturating_add(more.refused);
        self.requests = self.requests.saturating_add(more.requests);
        self.texts = self.texts.saturating_add(more.texts);
        self.words = self.words.saturating_add(more.words);
    }
}

impl Default for Leaks {
    fn default() -> Self {
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        Self { turns, budgets: Seen::default(), sums: RareSums::default() }
    }
}

impl App {
    /// A turn, counted against the application's hour.
    pub(super) fn leak_turn(&self, gate: &Gate, now: Time) -> Result<OwnedSemaphorePermit, Problem> {
        let hour = name(gate, b"requests", &(now.seconds() / 3600).to_be_bytes());
        if !self.leaks.budgets.take(&hour, 1, limits::LEAK_REQUESTS_PER_HOUR) {
            return Err(self.leak_refused(gate, now, rest_of(now, 3600)));
        }
        let turn = Arc::clone(&self.leaks.turns).try_acquire_owned();
        turn.map_err(|_| self.leak_refused(gate, now, SOON))
    }

    /// Counts stretches against the application's hour.
    pub(super) fn may_stretch(&self, gate: &Gate, stretches: u32, now: Time) -> Result<(), Problem> {
        let hour = name(gate, b"stretches", &(now.seconds() / 3600).to_be_bytes());
        if self.leaks.budgets.take(&hour, stretches, limits::LEAK_STRETCHES_PER_HOUR) {
            return Ok(());
        }
        Err(self.leak_refused(gate, now, rest_of(now, 3600)))
    }

    /// Counts stretched words against what the application has for one subject in a day. A name that nobody has is
    /// counted like one that somebody has.
    pub(super) fn may_stretch_for(
        &self,
        gate: &Gate,
        subject: &[u8],
        words: u32,
        now: Time,
    ) -> Result<(), Problem> {
        let day = (now.seconds() / 86_400).to_be_bytes();
        let day = name(gate, b"subject", &[subject, &day].concat());
        if self.leaks.budgets.take(&day, words, limits::LEAK_STRETCHES_PER_SUBJECT) {
            return Ok(());
        }
        Err(self.leak_refused(gate, now, rest_of(now, 86_400)))
    }

    fn leak_refused(&self, gate: &Gate, now: Time, after: Duration) -> Problem {
        self.note_leaks(gate, now, Asked { refused: 1, ..Asked::default() });
        Problem::TooManyRequests { after }
    }

    /// Adds to the application's sum.
    pub(super) fn note_leaks(&self, gate: &Gate, now: Time, asked: Asked) {
        let application = Key::of(Kind::Application, gate.tenant(), gate.application());
        self.leaks.sums.add(Whose { application, number: gate.key_number() }, asked, now);
    }

    /// Takes what is to be recorded now.
    pub(crate) fn due_leaks(&self) -> Vec<(Whose, Total<Asked>)> {
        self.leaks.sums.take(self.now())
    }

    /// Takes every sum, for the last time.
    pub(crate) fn last_leaks(&self) -> Vec<(Whose, Total<Asked>)> {
        self.leaks.sums.take_all()
    }

    /// Records sums; how many events that made. What the store does not take is counted on.
    pub(crate) async fn record_leaks(&self, due: Vec<(Whose, Total<Asked>)>) -> usize {
        let mut due = due.into_iter();
        let mut count = 0;
        for (whose, total) in due.by_ref() {
            if !self.record_asked(whose, total).await {
                self.leaks.sums.give_back(whose, total);
                break;
            }
            count += 1;
        }
        // The others would find the same store.
        due.for_each(|(whose, total)| self.leaks.sums.give_back(whose, total));
        count
    }

    /// Whether the store took it, or has no room for it.
    async fn record_asked(&self, whose: Whose, total: Total<Asked>) -> bool {
        let Ok(view) = self.look(&[Want::Key(whose.application)]).await else { return false };
        let (now, Asked { found, refused, requests, texts, words }) = (self.now(), total.count);
        let (first, last, key) = (total.first, total.last, whose.number);
        let sum = LeaksChecked { first, found, key, last, refused, requests, texts, words };
        let recorded = decide::<(), ()>(self.store(), &view, move |view| {
            let mut draft = service_draft("leaks", view.at(now));
            leaks_checked(view.held::<Application>(whose.application)?, sum.clone(), &mut draft);
            Ok(if draft.is_empty() { Step::Nothing(()) } else { Step::Decided(draft, ()) })
        });
        is_done(&recorded.await)
    }
}

fn name(gate: &Gate, budget: &[u8], of: &[u8]) -> Vec<u8> {
    [gate.application().bytes().as_slice(), budget, of].concat()
}

const fn rest_of(now: Time, span: u64) -> Duration {
    Duration::from_secs(span - now.seconds() % span)
}
