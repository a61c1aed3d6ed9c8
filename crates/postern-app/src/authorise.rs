//! Authorisation: which application asks, and whether it may. Decided on what the decision sees, so that a
//! key that is revoked meanwhile is revoked.

use std::sync::Arc;

use postern_core::Time;
use postern_core::application::{Application, Scope, Token};
use postern_core::ids::{ApplicationId, SubjectId, TenantId};
use postern_core::kernel::{Actor, ActorKind, Context, Draft, Held, Key, Kind, Tampered, View, Want};
use postern_core::ports::Keys;
use postern_core::subject::Subject;
use postern_core::tenant::{Tenant, Tier};

use crate::Problem;
use crate::request::SubjectName;

/// Who asks for what. Cheap to clone into a decision.
#[derive(Clone)]
pub(crate) struct Gate {
    token: Arc<Token>,
    keys: Arc<dyn Keys>,
    scope: Scope,
}

/// An authorised application and its tenant, as one view had them.
pub(crate) struct Caller {
    pub(crate) application: Held<Application>,
    pub(crate) tenant: Held<Tenant>,
    scope: Scope,
}

impl Gate {
    pub(crate) fn new(token: Arc<Token>, keys: Arc<dyn Keys>, scope: Scope) -> Self {
        Self { token, keys, scope }
    }

    pub(crate) fn tenant(&self) -> TenantId {
        self.token.tenant
    }

    pub(crate) fn application(&self) -> ApplicationId {
        self.token.key.application
    }

    /// What authorising needs to see.
    pub(crate) fn wants(&self) -> [Want; 2] {
        let tenant = self.tenant();
        [Want::Key(Key::of(Kind::Application, tenant, self.application())), Want::Key(Key::tenant(tenant))]
    }

    /// Whether the key is live and has the scope for any tier. An altered row of the application or the
    /// tenant is answered as an unknown key.
    pub(crate) fn check(&self, view: &View) -> Result<Caller, Problem> {
        let key = Key::of(Kind::Application, self.tenant(), self.application());
        let application: Held<Application> = view.held(key).map_err(|_| Problem::KeyUnknown)?;
        let tenant: Held<Tenant> = view.held(Key::tenant(self.tenant())).map_err(|_| Problem::KeyUnknown)?;
        let state = application.state().ok_or(Problem::KeyUnknown)?;
        if tenant.state().is_none() || !state.knows(self.application(), &self.token, self.keys.local()) {
            return Err(Problem::KeyUnknown);
        }
        if !state.has(self.scope) {
            return Err(Problem::ScopeMissing);
        }
        Ok(Caller { application, tenant, scope: self.scope })
    }

    /// The subject that a name stands for; `None` for nobody.
    pub(crate) fn subject(&self, view: &View, name: &SubjectName) -> Result<Option<Held<Subject>>, Tampered> {
        let tenant = self.tenant();
        match name {
            SubjectName::Id(id) => {
                let held: Held<Subject> = view.held(Key::of(Kind::Subject, tenant, *id))?;
                Ok(held.state().is_some().then_some(held))
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
        draft
    }
}

impl Caller {
    /// Whether the scope reaches this tier.
    pub(crate) fn reaches(&self, tier: Tier) -> Result<(), Problem> {
        let may = self.application.state().is_some_and(|state| state.may(self.scope, tier));
        if may { Ok(()) } else { Err(Problem::ScopeMissing) }
    }

    pub(crate) fn default_tier(&self) -> Tier {
        self.tenant.state().map_or(Tier::Standard, |tenant| tenant.default_tier)
    }
}

/// The typed id of a held subject.
pub(crate) fn subject_id(subject: &Held<Subject>) -> SubjectId {
    SubjectId::new(subject.key().id)
}
