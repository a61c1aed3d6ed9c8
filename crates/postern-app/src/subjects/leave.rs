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
use crate::work::Ended;

impl App {
    /// A subject leaves: its sets and device tokens end at once, and its name is free. Repeatable by state.
    ///
    /// # Errors
    /// A [`Problem`]: nothing was changed.
    pub async fn leave(&self, token: &Arc<Token>, id: SubjectId) -> Result<(), Problem> {
        let left = |held: Held<Subject>, draft: &mut Draft| {
            subject::leave(held, draft).then_some(()).ok_or(Problem::NotFound)
        };
        self.with_departed(token, id, left).await
    }

    /// Has a subject erased once its tier's wait is over. When that will be; the first request counts.
    ///
    /// # Errors
    /// A [`Problem`]: nothing was changed.
    pub async fn request_erasure(&self, token: &Arc<Token>, id: SubjectId) -> Result<Time, Problem> {
        let requested = |held: Held<Subject>, draft: &mut Draft| {
            subject::request_erasure(held, false, draft).flatten().ok_or(Problem::NotFound)
        };
        self.with_departed(token, id, requested).await
    }

    /// Decides about a subject that may have left.
    async fn with_departed<A: Send + 'static>(
        &self,
        token: &Arc<Token>,
        id: SubjectId,
        decide_on: impl Fn(Held<Subject>, &mut Draft) -> Result<A, Problem> + Send + 'static,
    ) -> Result<A, Problem> {
        let (gate, now) = (self.gate(token, Scope::SubjectsLeave), self.now());
        let key = Key::of(Kind::Subject, gate.tenant(), id);
        let mut wants = gate.wants();
        wants.push(Want::Key(key));
        let view = self.look(&wants).await?;
        self.checked(&gate, &view).await?;
        let ended = self.decided(&view, move |view| {
            let caller = match gate.check(view) {
                Ok(caller) => caller,
                Err(problem) => return Ok(Step::Nothing(Err(problem))),
            };
            let held: Held<Subject> = view.held(key)?;
            let Some(tier) = held.state().map(|state| state.tier) else {
                return Ok(Step::Nothing(Err(Problem::NotFound)));
            };
            if let Err(problem) = caller.reaches(tier) {
                return Ok(Step::Nothing(Err(problem)));
            }
            if tier >= Tier::BreakGlass {
                // Two people are needed; no route of this release brings them together.
                return Ok(Step::Nothing(Err(Problem::AssuranceInsufficient)));
            }
            let mut draft = gate.draft(&caller, view, now, None);
            let answer = decide_on(held, &mut draft);
            Ok(if draft.is_empty() { Step::Nothing(answer) } else { Step::Decided(draft, answer) })
        });
        match ended.await? {
            Ended::Answer(answer) => Ok(answer),
            Ended::Again | Ended::Taken(_) | Ended::Rejected => Err(Problem::StateChanged),
        }
    }
}
