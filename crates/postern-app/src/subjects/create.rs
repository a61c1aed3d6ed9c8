//! Creating a subject, or finding the one that has the name.

use std::sync::Arc;

use postern_core::application::{Scope, Token};
use postern_core::ids::SubjectId;
use postern_core::kernel::{Held, Key, Kind, Step, Want};
use postern_core::limits;
use postern_core::subject::{self, Create, Subject, SubjectKind};
use postern_core::tenant::Tier;

use super::SubjectView;
use crate::Problem;
use crate::app::App;
use crate::person::Person;
use crate::request::SubjectName;
use crate::work::{Ended, TRIES};

/// A request to create.
#[derive(Clone)]
pub struct NewSubject {
    /// The identity provider's name for it.
    pub external_id: String,
    /// Its tier; the tenant's default one if nothing is said.
    pub tier: Option<Tier>,
    /// What it is.
    pub kind: SubjectKind,
    /// Who answers for it.
    pub owner: Option<String>,
}

impl App {
    /// Creates a subject. The name's place is the idempotency: a second call finds the first one's subject and
    /// changes nothing.
    ///
    /// # Errors
    /// A [`Problem`]: nothing was created.
    pub async fn create_subject(&self, token: &Arc<Token>, new: NewSubject) -> Result<SubjectView, Problem> {
        let name = SubjectName::ExternalId(new.external_id.clone());
        name.check()?;
        check_owner(new.owner.as_deref())?;
        for _ in 0..TRIES {
            if let Some(view) = self.create_once(token, &new, &name).await? {
                return Ok(view);
            }
        }
        Err(Problem::Unavailable)
    }

    async fn create_once(
        &self,
        token: &Arc<Token>,
        new: &NewSubject,
        name: &SubjectName,
    ) -> Result<Option<SubjectView>, Problem> {
        let gate = self.gate(token, Scope::SubjectsWrite);
        let (now, tenant) = (self.now(), gate.tenant());
        let id = SubjectId::new(self.random()?);
        let key = Key::of(Kind::Subject, tenant, id);
        let mut wants = gate.wants();
        let Some(place) = name.place(tenant, self.local()) else { return Err(Problem::NotFound) };
        let kept = subject::name_kept(tenant, place.key);
        let was = Want::Claim { place: kept, kind: Kind::Subject };
        wants.extend([name.want(tenant, self.local()), Want::Key(key), was]);
        let view = self.look(&wants).await?;
        let caller = self.checked(&gate, &view).await?;
        match gate.subject(&view, name) {
            Ok(Some(held)) => {
                caller.reaches(held.state().map_or(caller.default_tier(), |state| state.tier))?;
                return self.subject_view(&held, &caller.ended(), view.at(now)).await.map(Some);
            }
            Ok(None) => {}
            Err(tampered) => {
                self.note_rejected(tampered.key).await;
                return Err(Problem::StateChanged);
            }
        }
        // Whoever comes back under a name has at least the tier that it had.
        let before: Option<Held<Subject>> = match view.owner(kept) {
            Ok(before) => before,
            Err(tampered) => {
                self.note_rejected(tampered.key).await;
                return Err(Problem::StateChanged);
            }
        };
        let before = before.and_then(|before| before.state().map(|state| state.tier));
        let asked = new.tier.unwrap_or_else(|| caller.default_tier());
        let tier = before.map_or(asked, |before| before.max(asked));
        caller.reaches(tier)?;
        if tier >= Tier::BreakGlass {
            // Two people are needed; no route of this release brings them together.
            return Err(Problem::AssuranceInsufficient);
        }
        let (own_key, wrapped_key) = self.new_subject_key(key)?;
        let person = Person { external_id: new.external_id.clone(), owner: new.owner.clone() };
        let personal = self.seal_person(&own_key, key, &person)?;
        let (epoch, salt) = (self.random()?, self.random()?);
        let create = Create { place, kind: new.kind, tier, wrapped_key, epoch, salt };
        let ended = self.decided(&view, move |view| {
            let caller = match gate.check(view) {
                Ok(caller) => caller,
                Err(problem) => return Ok(Step::Nothing(Err(problem))),
            };
            let held: Held<Subject> = view.held(key)?;
            let before = view.owner::<Subject>(kept)?;
            let mut draft = gate.draft(&caller, view, now, Some(personal.clone()));
            if before.is_none() {
                draft.rely_free(kept);
            }
            let created = subject::create(held, create.clone(), before, &mut draft);
            Ok(Step::Decided(draft, Ok(created)))
        });
        match ended.await? {
            Ended::Answer(held) => {
                let view = self.subject_view(&held, &[], now).await?;
                Ok(Some(SubjectView { created: true, ..view }))
            }
            Ended::Again | Ended::Taken(_) => Ok(None),
            Ended::Rejected => Err(Problem::StateChanged),
        }
    }
}

/// An owner's name: up to 255 bytes without control characters.
pub(super) fn check_owner(owner: Option<&str>) -> Result<(), Problem> {
    let fits = owner.is_none_or(|owner| {
        !owner.is_empty() && owner.len() <= limits::EXTERNAL_ID && !owner.chars().any(char::is_control)
    });
    fits.then_some(()).ok_or(Problem::InvalidValue("An owner has 1 to 255 bytes and no control characters."))
}
