//! Discarding a staged set.

use std::sync::Arc;

use postern_core::application::{Scope, Token};
use postern_core::ids::SetId;
use postern_core::kernel::Step;
use postern_core::subject::{self, Discarded};

use crate::Problem;
use crate::app::App;
use crate::authorise::{Ground, Opened};
use crate::request::SubjectName;
use crate::work::Ended;

impl App {
    /// Discards a staged set. Repeatable: a discarded set stays discarded.
    ///
    /// # Errors
    /// A [`Problem`]: `not-found` for a set that never was, `state-changed` for one that works or has ended.
    pub async fn discard(&self, token: &Arc<Token>, set: SetId) -> Result<(), Problem> {
        let gate = self.gate(token, Scope::SetsStage);
        let now = self.now();
        let name = SubjectName::Id(set.subject);
        let mut wants = gate.wants();
        wants.push(name.want(gate.tenant(), self.local()));
        let view = self.look(&wants).await?;
        let ended = self.decided(&view, move |view| {
            let Opened { subject: held, mut draft, .. } =
                match gate.open(view, &name, &Ground::default(), now)? {
                    Ok(opened) => opened,
                    Err(stop) => return Ok(stop.step_or_not_found()),
                };
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
