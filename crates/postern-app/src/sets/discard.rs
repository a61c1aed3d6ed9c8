//! Discarding a staged set.

use std::sync::Arc;

use postern_core::application::{Scope, Token};
use postern_core::ids::SetId;
use postern_core::kernel::{Held, Key, Kind, Step, Want};
use postern_core::subject::{self, Discarded, Subject};

use crate::Problem;
use crate::app::App;
use crate::work::Ended;

impl App {
    /// Discards a staged set. Repeatable: a discarded set stays discarded.
    ///
    /// # Errors
    /// A [`Problem`]: `not-found` for a set that never was, `state-changed` for one that works or has ended.
    pub async fn discard(&self, token: &Arc<Token>, set: SetId) -> Result<(), Problem> {
        let gate = self.gate(token, Scope::SetsStage);
        let now = self.now();
        let key = Key::of(Kind::Subject, gate.tenant(), set.subject);
        let [application, tenant] = gate.wants();
        let view = self.look(&[application, tenant, Want::Key(key)]).await?;
        gate.check(&view)?;
        let ended = self.decided(&view, move |view| {
            let caller = match gate.check(view) {
                Ok(caller) => caller,
                Err(problem) => return Ok(Step::Nothing(Err(problem))),
            };
            let held: Held<Subject> = view.held(key)?;
            if let Some(Err(problem)) = held.state().map(|state| caller.reaches(state.tier)) {
                return Ok(Step::Nothing(Err(problem)));
            }
            let mut draft = gate.draft(&caller, view, now, None);
            let answer = match subject::discard(held, set.generation, &mut draft) {
                Discarded::Done => Ok(()),
                Discarded::NotFound => Err(Problem::NotFound),
                Discarded::Moved => Err(Problem::StateChanged),
            };
            Ok(if draft.is_empty() { Step::Nothing(answer) } else { Step::Decided(draft, answer) })
        });
        match ended.await? {
            Ended::Answer(()) => Ok(()),
            Ended::Again | Ended::Taken(_) | Ended::Rejected => Err(Problem::StateChanged),
        }
    }
}
