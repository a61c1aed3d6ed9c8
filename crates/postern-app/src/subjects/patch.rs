//! Changing what is known of a subject.

use std::sync::Arc;

use postern_core::application::{Scope, Token};
use postern_core::ids::SubjectId;
use postern_core::kernel::{Held, Key, Kind, Step, Want};
use postern_core::subject::{self, Change, Changes, Subject, SubjectKind};
use postern_core::tenant::Tier;

use super::SubjectView;
use super::create::check_owner;
use crate::Problem;
use crate::app::App;
use crate::person::Person;
use crate::work::Ended;

/// What is to change; what is absent stays.
#[derive(Clone, Default)]
pub struct SubjectPatch {
    /// A higher tier; needs the scope `subjects:tier-raise`.
    pub tier: Option<Tier>,
    /// What it is.
    pub kind: Option<SubjectKind>,
    /// Who answers for it; `Some(None)` for nobody.
    pub owner: Option<Option<String>>,
}

impl App {
    /// Changes a subject whose revision the caller has seen.
    ///
    /// # Errors
    /// A [`Problem`]: nothing was changed.
    pub async fn patch_subject(
        &self,
        token: &Arc<Token>,
        id: SubjectId,
        revision: u64,
        patch: SubjectPatch,
    ) -> Result<SubjectView, Problem> {
        check_owner(patch.owner.as_ref().and_then(|owner| owner.as_deref()))?;
        let only_tier = patch.tier.is_some() && patch.kind.is_none() && patch.owner.is_none();
        let scope = if only_tier { Scope::SubjectsTierRaise } else { Scope::SubjectsWrite };
        let (gate, now) = (self.gate(token, scope), self.now());
        let key = Key::of(Kind::Subject, gate.tenant(), id);
        let mut wants = gate.wants();
        wants.push(Want::Key(key));
        let view = self.look(&wants).await?;
        let caller = self.checked(&gate, &view).await?;
        if patch.tier.is_some() {
            self.gate(token, Scope::SubjectsTierRaise).check(&view)?;
        }
        let held: Held<Subject> = match view.held(key) {
            Ok(held) => held,
            Err(tampered) => {
                self.note_rejected(tampered.key).await;
                return Err(Problem::StateChanged);
            }
        };
        let state = held.state().filter(|state| state.is_here()).ok_or(Problem::NotFound)?;
        caller.reaches(state.tier)?;
        let ended_sets = caller.ended();
        let raised = patch.tier.filter(|tier| *tier != state.tier);
        if let Some(tier) = raised {
            self.gate(token, Scope::SubjectsTierRaise).check(&view)?.reaches(tier)?;
            if tier >= Tier::BreakGlass {
                return Err(Problem::AssuranceInsufficient);
            }
        }
        let (person, private) = self.patched(&held, &patch).await?.unzip();
        let change = Change { revision: Some(revision), tier: patch.tier, person };
        let ended = self.decided(&view, move |view| {
            let caller = match gate.check(view) {
                Ok(caller) => caller,
                Err(problem) => return Ok(Step::Nothing(Err(problem))),
            };
            let held: Held<Subject> = view.held(key)?;
            let mut draft = gate.draft(&caller, view, now, private.clone());
            let answer = match subject::change(held, &change, &mut draft) {
                Changes::Done => Ok(()),
                Changes::NoSubject => Err(Problem::NotFound),
                Changes::OtherRevision => Err(Problem::VersionMismatch),
                Changes::Lower => Err(Problem::TierCannotBeLowered),
            };
            Ok(if draft.is_empty() { Step::Nothing(answer) } else { Step::Decided(draft, answer) })
        });
        match ended.await? {
            Ended::Answer(()) => {
                let view = self.look(&[Want::Key(key)]).await?;
                let held: Held<Subject> = view.held(key).map_err(|_| Problem::StateChanged)?;
                self.subject_view(&held, &ended_sets, view.at(now)).await
            }
            Ended::Again | Ended::Taken(_) | Ended::Rejected => Err(Problem::StateChanged),
        }
    }

    /// Kind and personal part after the change, if either changes.
    async fn patched(
        &self,
        held: &Held<Subject>,
        patch: &SubjectPatch,
    ) -> Result<Option<(SubjectKind, Vec<u8>)>, Problem> {
        if patch.kind.is_none() && patch.owner.is_none() {
            return Ok(None);
        }
        let state = held.state().ok_or(Problem::NotFound)?;
        let own_key = self.subject_key(held.key()).await?.ok_or(Problem::StateChanged)?;
        let person = self.person(held.key(), state.person_at).await?.ok_or(Problem::StateChanged)?;
        let owner = patch.owner.clone().unwrap_or(person.owner);
        let person = Person { external_id: person.external_id, owner };
        let sealed = self.seal_person(&own_key, held.key(), &person)?;
        Ok(Some((patch.kind.unwrap_or(state.kind), sealed)))
    }
}
