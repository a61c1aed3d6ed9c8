//! Found words and every subject of the tenant, a page at a time.

use std::sync::Arc;

use postern_core::Time;
use postern_core::encoding::{base64url, from_base64url};
use postern_core::ids::{SubjectId, TenantId};
use postern_core::kernel::{Held, Key, Kind};
use postern_core::ports::Listed;
use postern_core::subject::{FoundWord, Subject};

use super::compare::{Candidate, Ready};
use super::named::{default_stretch, reaches};
use super::record::Fresh;
use super::words::Words;
use super::{LeakOutcome, LeakQuestion};
use crate::Problem;
use crate::app::App;
use crate::authorise::{Caller, Gate};

/// Subjects of one page.
const PAGE: usize = 500;
/// Subjects of one page where each costs a call of a key service outside the process.
const PAGE_OUTSIDE: usize = 50;
/// Words times subjects of one page.
const PAIRS: usize = 20_000;

/// Where a page ended. It says too little of a subject's id to be one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LeakCursor([u8; 8]);

impl LeakCursor {
    /// Reads one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        from_base64url(text)?.try_into().ok().map(Self)
    }

    /// As text.
    #[must_use]
    pub fn text(self) -> String {
        base64url(&self.0)
    }

    /// The page that ended here had this subject last.
    fn at(key: Key) -> Self {
        Self(key.id.first_chunk::<8>().copied().unwrap_or_default())
    }

    /// Where to go on: before everybody whose id begins so, since half an id is not one place.
    fn place(self, tenant: TenantId) -> Key {
        let mut id = [0; 16];
        id.iter_mut().zip(self.0).for_each(|(to, from)| *to = from);
        Key::new(Kind::Subject, tenant, id)
    }
}

impl App {
    pub(super) async fn walk(
        &self,
        gate: &Gate,
        caller: &Caller,
        asked: &LeakQuestion,
        words: &mut Words,
        now: Time,
    ) -> Result<Option<LeakCursor>, Problem> {
        let ready = Arc::new(words.ready());
        if ready.is_empty() {
            return Ok(None);
        }
        words.say(LeakOutcome::Undecided, |code| !code.format().stretched());
        let most = if self.ports.keys.waits() { PAGE_OUTSIDE } else { PAGE };
        // Two at least: a page goes on with the last subject of the one before.
        let limit = (PAIRS / ready.len()).clamp(2, most);
        let after = asked.after.map(|after| after.place(gate.tenant()));
        self.running()?;
        let page = self.store().list(Kind::Subject, Some(gate.tenant()), after, limit).await;
        let page = page.map_err(|fault| Problem::unavailable(&fault))?;
        let next = page.last().filter(|_| page.len() == limit).map(|last| LeakCursor::at(last.key));
        let mut candidates = Vec::with_capacity(page.len());
        for listed in &page {
            candidates.extend(self.listed(caller, listed, &ready).await?);
        }
        let plain = words.codes.iter().filter(|(_, code)| !code.format().stretched());
        let plain: Vec<_> = plain.cloned().collect();
        let fresh = Fresh { gate, asked, codes: &plain, stretch: default_stretch(caller), now };
        for (key, ready) in self.compare(candidates, caller.ended(), now).await? {
            self.record_leak(&fresh, key, ready, words).await?;
        }
        let is_open = words.outcomes.contains(&LeakOutcome::Undecided);
        let next = next.filter(|_| is_open);
        if next.is_none() {
            let undecided = words.outcomes.iter_mut().filter(|said| **said == LeakOutcome::Undecided);
            undecided.for_each(|said| *said = LeakOutcome::NotOurs);
        }
        Ok(next)
    }

    /// One subject of a page; none if its row is not as it was written, which is noted.
    async fn listed(
        &self,
        caller: &Caller,
        listed: &Listed,
        words: &Arc<Vec<FoundWord>>,
    ) -> Result<Option<Candidate>, Problem> {
        let (key, sealer) = (listed.key, self.local().sealer());
        let subject = match Held::<Subject>::open(key, Some(&listed.row), sealer) {
            Ok(subject) => subject,
            Err(tampered) => {
                self.note_rejected(tampered.key).await;
                return Ok(None);
            }
        };
        let Some(state) = subject.state() else { return Ok(None) };
        let version = state.sets().next().map(|set| set.key_version);
        let epoch = state.epoch.bytes().to_vec();
        let keys = self.subject_keys(key.tenant, SubjectId::new(key.id), &epoch, version).await?;
        let reached = reaches(caller, state.tier);
        let ready = Ready { epoch, keys, words: Arc::clone(words) };
        Ok(Some(Candidate { key, subject: Some(subject), reached, ready }))
    }
}
