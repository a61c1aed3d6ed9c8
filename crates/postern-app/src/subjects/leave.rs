//! Leaving and being erased.

use std::sync::Arc;

use postern_core::Time;
use postern_core::application::{Scope, Token};
use postern_core::ids::SubjectId;
use postern_core::kernel::{Draft, Held, Key, Kind, Step, Want};
use postern_core::subject::{self, Subject};
use postern_core::tenant::Tier;

use crate::Problem;
use crate::app::App;
use crate::authorise::Caller;
use crate::sets::caps::{PLACES_TRIED, REVOKE, is_cap};
use crate::work::Ended;

/// What is decided about a subject that may have left.
type Decision<A> = fn(Held<Subject>, &mut Draft) -> Result<A, Problem>;

impl App {
    /// A subject leaves: its sets and device tokens end at once, and its name is free. Repeatable by state. It counts
    /// under the application's cap of revocations.
    ///
    /// # Errors
    /// A [`Problem`]: nothing was changed.
    pub async fn leave(&self, token: &Arc<Token>, id: SubjectId) -> Result<(), Problem> {
        self.with_departed(token, id, Some(REVOKE), |held, draft| {
            subject::leave(held, draft).then_some(()).ok_or(Problem::NotFound)
        })
        .await
    }

    /// Has a subject erased once its tier's wait is over. When that will be; the first request counts.
    ///
    /// # Errors
    /// A [`Problem`]: nothing was changed.
    pub async fn request_erasure(&self, token: &Arc<Token>, id: SubjectId) -> Result<Time, Problem> {
        self.with_departed(token, id, None, |held, draft| {
            subject::request_erasure(held, false, draft).flatten().ok_or(Problem::NotFound)
        })
        .await
    }

    /// Decides about a subject that may have left; what changes something takes a place under the cap.
    async fn with_departed<A: Send + 'static>(
        &self,
        token: &Arc<Token>,
        id: SubjectId,
        cap: Option<&str>,
        decide_on: Decision<A>,
    ) -> Result<A, Problem> {
        for _ in 0..PLACES_TRIED {
            if let Some(answer) = self.with_departed_once(token, id, cap, decide_on).await? {
                return Ok(answer);
            }
        }
        Err(Problem::Unavailable)
    }

    async fn with_departed_once<A: Send + 'static>(
        &self,
        token: &Arc<Token>,
        id: SubjectId,
        cap: Option<&str>,
        decide_on: Decision<A>,
    ) -> Result<Option<A>, Problem> {
        let (gate, now) = (self.gate(token, Scope::SubjectsLeave), self.now());
        let key = Key::of(Kind::Subject, gate.tenant(), id);
        let mut wants = gate.wants();
        wants.push(Want::Key(key));
        let view = self.look(&wants).await?;
        let caller = self.checked(&gate, &view).await?;
        let capped = match cap {
            Some(cap) => Some(self.capped(&gate, &caller, cap, now).await?),
            None => None,
        };
        let place = capped.clone();
        let ended = self.decided(&view, move |view| {
            let caller = match gate.check(view) {
                Ok(caller) => caller,
                Err(problem) => return Ok(Step::Nothing(Err(problem))),
            };
            let held: Held<Subject> = view.held(key)?;
            if let Err(problem) = may(&caller, &held) {
                return Ok(Step::Nothing(Err(problem)));
            }
            let mut draft = gate.draft(&caller, view, now, None);
            let answer = decide_on(held, &mut draft);
            if draft.is_empty() {
                return Ok(Step::Nothing(answer.map(|answer| (answer, false))));
            }
            if let Some(Err(full)) = place.as_ref().map(|place| place.take(key, &mut draft)) {
                return Ok(Step::Nothing(Err(full)));
            }
            Ok(Step::Decided(draft, answer.map(|answer| (answer, true))))
        });
        match ended.await? {
            Ended::Answer((answer, committed)) => {
                capped.iter().filter(|_| committed).for_each(|capped| self.taken(capped));
                Ok(Some(answer))
            }
            Ended::Taken(place) if is_cap(place) => {
                capped.iter().for_each(|capped| self.taken(capped));
                Ok(None)
            }
            Ended::Again | Ended::Taken(_) | Ended::Rejected => Err(Problem::StateChanged),
        }
    }
}

/// Whether this application alone may have this subject leave.
fn may(caller: &Caller, held: &Held<Subject>) -> Result<(), Problem> {
    let tier = held.state().map(|state| state.tier).ok_or(Problem::NotFound)?;
    caller.reaches(tier)?;
    // Of these tiers two people are needed; no route of this release brings them together.
    if tier < Tier::BreakGlass { Ok(()) } else { Err(Problem::AssuranceInsufficient) }
}
