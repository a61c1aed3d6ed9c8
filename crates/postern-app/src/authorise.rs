//! Authorisation: which application asks, and whether it may. Decided on what the decision sees, so that a
//! key that is revoked meanwhile is revoked.

use std::sync::Arc;

use postern_core::Time;
use postern_core::application::{Application, Denial, Scope, Shown, Token};
use postern_core::assurance::Evidence;
use postern_core::campaign::Selection;
use postern_core::ids::{ApplicationId, ProverId, SubjectId, TenantId};
use postern_core::kernel::{
    Actor, ActorKind, Context, Draft, Held, Key, Kind, Step, Tally, Tampered, View, Want,
};
use postern_core::local_keys::LocalKeys;
use postern_core::ports::Keys;
use postern_core::prover::Prover;
use postern_core::subject::Subject;
use postern_core::tenant::{Tenant, Tier};

use crate::Problem;
use crate::denials::{Denials, Whose};
use crate::request::SubjectName;

/// Sum of an application's decisions: when it was last used. Written by the release before.
pub(crate) const APPLICATION_USED: &str = "application-used";

/// Sum of a key's decisions: when it was last used.
pub(crate) const KEY_USED: &str = "application-key-used";

/// The dimension of a key's sum: most of the application's id, and the key's number.
pub(crate) fn key_dimension(application: ApplicationId, number: u32) -> [u8; 16] {
    let mut dimension = application.bytes();
    dimension.iter_mut().skip(12).zip(number.to_be_bytes()).for_each(|(to, from)| *to = from);
    dimension
}

/// Who asks for what. Cheap to clone into a decision.
#[derive(Clone)]
pub(crate) struct Gate {
    token: Arc<Token>,
    keys: Arc<dyn Keys>,
    denials: Arc<Denials>,
    /// For what; nothing in particular if none.
    scope: Option<Scope>,
    /// When the request began: a key that ends while it runs is not cut off in the middle.
    began: Time,
    prover: Option<Key>,
}

/// Why a decision about a subject cannot go on.
pub(crate) enum Stop {
    /// It is refused.
    Refused(Problem),
    /// There is no such subject.
    Absent,
    /// The subject's tier is not the one that the request was prepared for.
    Changed,
}

impl Stop {
    /// What the decision comes to: an absent subject or another tier means to begin again.
    pub(crate) fn step<A>(self) -> Step<Result<A, Problem>, ()> {
        match self {
            Self::Refused(problem) => Step::Nothing(Err(problem)),
            Self::Absent | Self::Changed => Step::Prepare(()),
        }
    }

    /// The same where an absent subject is simply not found.
    pub(crate) fn step_or_not_found<A>(self) -> Step<Result<A, Problem>, ()> {
        match self {
            Self::Absent => Step::Nothing(Err(Problem::NotFound)),
            other => other.step(),
        }
    }
}

/// What a decision about a subject is made on, beside the subject itself.
#[derive(Clone, Default)]
pub(crate) struct Ground {
    /// The tier that the request was prepared for.
    pub(crate) tier: Option<Tier>,
    /// How the holder was known.
    pub(crate) evidence: Option<Evidence>,
    /// The personal part of the events.
    pub(crate) private: Option<Vec<u8>>,
}

/// A subject and a draft for a decision about it.
pub(crate) struct Opened {
    pub(crate) subject: Held<Subject>,
    pub(crate) draft: Draft,
    /// Sets of the tenant that a campaign has ended.
    pub(crate) ended: Vec<Selection>,
}

/// An authorised application and its tenant, as one view had them.
pub(crate) struct Caller {
    pub(crate) application: Held<Application>,
    pub(crate) tenant: Held<Tenant>,
    gate: Gate,
}

impl Gate {
    pub(crate) fn new(
        token: Arc<Token>,
        (keys, denials): (Arc<dyn Keys>, Arc<Denials>),
        scope: Option<Scope>,
        began: Time,
    ) -> Self {
        Self { token, keys, denials, scope, began, prover: None }
    }

    /// Counts that a call was denied to a key that is the application's.
    fn note(&self, why: Denial) {
        let application = Key::of(Kind::Application, self.tenant(), self.application());
        let whose = Whose { application, number: self.token.key.number, scope: self.scope, why };
        self.denials.note(whose, self.began);
    }

    pub(crate) fn tenant(&self) -> TenantId {
        self.token.tenant
    }

    pub(crate) fn local(&self) -> &LocalKeys {
        self.keys.local()
    }

    pub(crate) fn application(&self) -> ApplicationId {
        self.token.key.application
    }

    /// Which of the application's keys it is.
    pub(crate) fn key_number(&self) -> u32 {
        self.token.key.number
    }

    /// The same gate for a request that a prover vouches for: the prover is seen, and must still be in use.
    pub(crate) fn vouched(self, prover: Option<ProverId>) -> Self {
        let prover = prover.map(|id| Key::of(Kind::Prover, self.tenant(), id));
        Self { prover, ..self }
    }

    /// What authorising needs to see.
    pub(crate) fn wants(&self) -> Vec<Want> {
        let tenant = self.tenant();
        let application = Key::of(Kind::Application, tenant, self.application());
        [Some(application), Some(Key::tenant(tenant)), self.prover]
            .into_iter()
            .flatten()
            .map(Want::Key)
            .collect()
    }

    /// The prover that vouches, as a view has it.
    pub(crate) fn prover(&self, view: &View) -> Result<Option<Held<Prover>>, Tampered> {
        self.prover.map(|key| view.held(key)).transpose()
    }

    /// Opens a subject and a draft for a decision, everything that authorised the request checked again on
    /// what is there now.
    pub(crate) fn open(
        &self,
        view: &View,
        name: &SubjectName,
        ground: &Ground,
        now: Time,
    ) -> Result<Result<Opened, Stop>, Tampered> {
        let caller = match self.check(view) {
            Ok(caller) => caller,
            Err(problem) => return Ok(Err(Stop::Refused(problem))),
        };
        let Some(subject) = self.subject(view, name)? else { return Ok(Err(Stop::Absent)) };
        let tier = subject.state().map_or(Tier::Service, |state| state.tier);
        if let Err(problem) = caller.reaches(tier) {
            return Ok(Err(Stop::Refused(problem)));
        }
        if ground.tier.is_some_and(|looked| looked != tier) {
            return Ok(Err(Stop::Changed));
        }
        let mut draft = self.draft(&caller, view, now, ground.private.clone());
        if ground.evidence.as_ref().is_some_and(|evidence| evidence.prover.is_some()) {
            let prover = self.prover(view)?.filter(|held| held.state().is_some_and(|state| state.active));
            let Some(prover) = prover else {
                return Ok(Err(Stop::Refused(Problem::AssuranceInsufficient)));
            };
            draft.rely(&prover);
        }
        Ok(Ok(Opened { subject, draft, ended: caller.ended() }))
    }

    /// Whether the key is live, comes from where it works, and has the scope for any tier. An altered row of the application or the
    /// tenant is answered as an unknown key.
    pub(crate) fn check(&self, view: &View) -> Result<Caller, Problem> {
        let key = Key::of(Kind::Application, self.tenant(), self.application());
        let application: Held<Application> = view.held(key).map_err(|_| Problem::KeyUnknown)?;
        let tenant: Held<Tenant> = view.held(Key::tenant(self.tenant())).map_err(|_| Problem::KeyUnknown)?;
        let state = application.state().ok_or(Problem::KeyUnknown)?;
        let (local, now) = (self.keys.local(), view.at(self.began));
        if tenant.state().is_none() {
            return Err(Problem::KeyUnknown);
        }
        match state.shown(self.application(), &self.token, local, now) {
            Shown::Live => {}
            Shown::Denied(why) => {
                self.note(why);
                return Err(Problem::KeyUnknown);
            }
            Shown::Unknown => return Err(Problem::KeyUnknown),
        }
        if self.scope.is_some_and(|scope| !state.has(scope)) {
            self.note(Denial::ScopeMissing);
            return Err(Problem::ScopeMissing);
        }
        Ok(Caller { application, tenant, gate: self.clone() })
    }

    /// The row of the application or the tenant that is not as it was written, if one is not.
    pub(crate) fn tampered(&self, view: &View) -> Option<Key> {
        let application = Key::of(Kind::Application, self.tenant(), self.application());
        let application = view.held::<Application>(application).err();
        application.or_else(|| view.held::<Tenant>(Key::tenant(self.tenant())).err()).map(|found| found.key)
    }

    /// The subject that a name stands for; `None` for nobody.
    pub(crate) fn subject(&self, view: &View, name: &SubjectName) -> Result<Option<Held<Subject>>, Tampered> {
        let tenant = self.tenant();
        match name {
            SubjectName::Id(id) => {
                let held: Held<Subject> = view.held(Key::of(Kind::Subject, tenant, *id))?;
                Ok(held.state().is_some_and(Subject::is_here).then_some(held))
            }
            SubjectName::ExternalId(id) => view.owner(self.keys.local().external_id(tenant, id)),
        }
    }

    /// A draft whose events the application did, guarded by what authorised it.
    pub(crate) fn draft(&self, caller: &Caller, view: &View, now: Time, private: Option<Vec<u8>>) -> Draft {
        let actor = Actor::new(ActorKind::Application, self.application().to_string());
        let mut draft = Draft::new(Context { at: view.at(now), actor, private });
        draft.rely(&caller.application);
        draft.rely(&caller.tenant);
        draft.tally(Tally {
            tenant: self.tenant(),
            measure: KEY_USED,
            dimension: key_dimension(self.application(), self.token.key.number),
            hour: now.hour(),
            count: 1,
        });
        draft
    }
}

impl Caller {
    /// Whether the scope reaches this tier.
    pub(crate) fn reaches(&self, tier: Tier) -> Result<(), Problem> {
        let state = self.application.state().zip(self.gate.scope);
        if state.is_some_and(|(state, scope)| state.may(scope, tier)) {
            return Ok(());
        }
        self.gate.note(Denial::ScopeMissing);
        Err(Problem::ScopeMissing)
    }

    /// Whether the scope reaches every tier: what is the tenant's as a whole needs that.
    pub(crate) fn reaches_all(&self) -> Result<(), Problem> {
        Tier::ALL.into_iter().try_for_each(|tier| self.reaches(tier))
    }

    /// Sets of the tenant that a campaign has ended.
    pub(crate) fn ended(&self) -> Vec<Selection> {
        self.tenant.state().map(Tenant::ended).unwrap_or_default()
    }

    pub(crate) fn default_tier(&self) -> Tier {
        self.tenant.state().map_or(Tier::Standard, |tenant| tenant.default_tier)
    }
}

/// The typed id of a held subject.
pub(crate) fn subject_id(subject: &Held<Subject>) -> SubjectId {
    SubjectId::new(subject.key().id)
}
