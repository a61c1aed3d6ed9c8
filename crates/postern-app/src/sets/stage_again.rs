//! Answering a staging that was answered before: without codes, which are shown once.

use postern_core::ids::{SetId, SubjectId};
use postern_core::kernel::{Held, Key};
use postern_core::recent::{Known, RequestMark};
use postern_core::subject::{Subject, SubjectFact};

use super::stage::{Looked, StagedSet};
use crate::Problem;
use crate::app::App;

impl App {
    /// The key was seen: the same request is answered without codes, another one is refused. An assertion
    /// that was used for something else ends here too.
    pub(super) async fn stage_seen(&self, looked: &Looked, mark: RequestMark) -> Result<StagedSet, Problem> {
        let view = self.look(&looked.view.wants()).await?;
        let held: Held<Subject> = match view.held(looked.subject.key()) {
            Ok(held) => held,
            Err(_) => return Err(Problem::StateChanged),
        };
        let state = held.state().ok_or(Problem::NotFound)?;
        match state.recent.find(mark, looked.now) {
            Known::Same(seen) => self.staged_before(held.key(), seen.version).await,
            Known::Other => Err(Problem::IdempotencyKeyReused),
            Known::No => Err(Problem::AssuranceInsufficient),
        }
    }

    pub(super) async fn staged_before(&self, key: Key, version: u64) -> Result<StagedSet, Problem> {
        let (head, _) = self.genuine_event(key, version).await?;
        let Ok(Some(SubjectFact::Staged(staged))) = head.fact::<SubjectFact>() else {
            return Err(Problem::IdempotencyKeyReused);
        };
        let set = SetId { subject: SubjectId::new(key.id), generation: staged.generation };
        let confirm_by = staged.confirm_by;
        Ok(StagedSet { set, generation: staged.generation, name: staged.name, confirm_by, codes: None })
    }
}
