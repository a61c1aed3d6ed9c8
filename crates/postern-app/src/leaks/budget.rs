//! What an application may ask in an hour, and the sums of what it asked. No counter of a subject moves for it.

use std::ops::AddAssign;
use std::time::Duration;

use postern_core::Time;
use postern_core::application::{Application, LeaksChecked, leaks_checked};
use postern_core::kernel::{Key, Kind, Step, Want, decide};
use postern_core::limits;

use super::counts::Counts;
use super::turns::{Place, Turns};
use crate::Problem;
use crate::app::App;
use crate::authorise::Gate;
use crate::jobs::{is_done, service_draft};
use crate::rare_sums::{RareSums, Total};

/// How soon whoever found no place may come again.
const SOON: Duration = Duration::from_secs(1);
/// Seconds.
const HOUR: u64 = 3600;

/// What is kept of requests about leaks. Working state, on each node for itself.
pub(crate) struct Leaks {
    turns: Turns,
    requests: Counts,
    stretches: Counts,
    /// Stretched words for one subject.
    subjects: Counts,
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
        let (requests, stretches) = (Counts::every(HOUR), Counts::every(HOUR));
        let (turns, subjects) = (Turns::default(), Counts::every(24 * HOUR));
        Self { turns, requests, stretches, subjects, sums: RareSums::default() }
    }
}

impl App {
    /// A place, counted against the application's hour.
    pub(super) fn leak_place(&self, gate: &Gate, now: Time) -> Result<Place, Problem> {
        let place = self.leaks.turns.place(gate.application());
        let place = place.ok_or_else(|| self.leak_refused(gate, now, SOON))?;
        let most = limits::LEAK_REQUESTS_PER_HOUR;
        self.within(&self.leaks.requests, gate, &[], (1, most), now).map(|()| place)
    }

    /// Counts stretches against the application's hour.
    pub(super) fn may_stretch(&self, gate: &Gate, stretches: u32, now: Time) -> Result<(), Problem> {
        let most = limits::LEAK_STRETCHES_PER_HOUR;
        self.within(&self.leaks.stretches, gate, &[], (stretches, most), now)
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
        let most = limits::LEAK_STRETCHES_PER_SUBJECT;
        self.within(&self.leaks.subjects, gate, subject, (words, most), now)
    }

    /// Adds to what the application has of something, if it stays within the most.
    fn within(
        &self,
        counts: &Counts,
        gate: &Gate,
        of: &[u8],
        (count, most): (u32, u32),
        now: Time,
    ) -> Result<(), Problem> {
        let name = [gate.application().bytes().as_slice(), of].concat();
        let rest = Duration::from_secs(counts.rest(now));
        counts.take(&name, count, most, now).then_some(()).ok_or_else(|| self.leak_refused(gate, now, rest))
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
