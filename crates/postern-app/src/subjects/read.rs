//! Reading a subject.

use std::sync::Arc;

use postern_core::application::{Scope, Token};
use postern_core::campaign::Selection;
use postern_core::kernel::Held;
use postern_core::subject::{self, Subject};

use super::SubjectView;
use crate::Problem;
use crate::app::App;
use crate::authorise::subject_id;
use crate::request::SubjectName;

impl App {
    /// A subject by either of its names.
    ///
    /// # Errors
    /// A [`Problem`]: `not-found` if nobody of this tenant has the name.
    pub async fn subject(&self, token: &Arc<Token>, name: &SubjectName) -> Result<SubjectView, Problem> {
        name.check()?;
        let gate = self.gate(token, Scope::SubjectsRead);
        let now = self.now();
        let mut wants = gate.wants();
        wants.push(name.want(gate.tenant(), self.local()));
        let view = self.look(&wants).await?;
        let caller = self.checked(&gate, &view).await?;
        let held = match gate.subject(&view, name) {
            Ok(held) => held.ok_or(Problem::NotFound)?,
            Err(tampered) => {
                self.note_rejected(tampered.key).await;
                return Err(Problem::StateChanged);
            }
        };
        caller.reaches(held.state().map_or(caller.default_tier(), |state| state.tier))?;
        self.subject_view(&held, &caller.ended(), view.at(now)).await
    }

    /// What is shown of a held subject.
    pub(crate) async fn subject_view(
        &self,
        held: &Held<Subject>,
        ended: &[Selection],
        now: postern_core::Time,
    ) -> Result<SubjectView, Problem> {
        let state = held.state().ok_or(Problem::NotFound)?;
        let person = self.person(held.key(), state.person_at).await?;
        let (external_id, owner) = person.map(|person| (person.external_id, person.owner)).unzip();
        Ok(SubjectView {
            subject: subject_id(held),
            external_id,
            owner: owner.flatten(),
            tier: state.tier,
            kind: state.kind,
            revision: state.revision,
            status: subject::status(state, ended, now),
            created: false,
        })
    }
}
