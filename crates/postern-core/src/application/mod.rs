//! Applications: who may call, for what, with which keys, and from where.

mod bound;
mod checked;
mod denied;
mod keys;
mod scope;
mod token;

pub use bound::{Bound, Origin};
pub use checked::{LeaksChecked, leaks_checked};
pub use denied::{Denial, Denied, Shown, denied};
use ipnet::IpNet;
pub use keys::{NewKey, NoKey, make_key, revoke_key, rotate_key};
pub use scope::Scope;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
pub use token::{TOKEN_PREFIX, Token};

use crate::Time;
use crate::ids::ApplicationId;
use crate::kernel::{Columns, Draft, Held, Kind, Record, facts};
use crate::local_keys::LocalKeys;
use crate::tenant::Tier;
use crate::withheld::Withheld;

/// A scope and the tiers that it reaches. Fields in RFC 8785 order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Grant {
    /// The scope.
    pub scope: Scope,
    /// The tiers.
    pub tiers: Vec<Tier>,
}

/// How many subjects an application may touch in an hour. Fields in RFC 8785 order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Caps {
    /// Revocations.
    pub revoke: u32,
    /// Stagings.
    pub stage: u32,
}

impl Caps {
    /// What an application has unless it is given more.
    pub const SHIPPED: Self = Self { revoke: 200, stage: 1000 };
}

/// One key of an application: what is stored of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ApplicationKey {
    /// Its number.
    pub number: u32,
    /// Keyed hash of its secret.
    pub hash: Withheld,
    /// When it was made.
    pub created_at: Time,
}

/// An application's record. Revoked keys are in the log, not here.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Application {
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub grants: Vec<Grant>,
    /// Whether its bare word about a user's sign-in is taken.
    pub trusted_backend: bool,
    /// Restrictions after recovery that it enforces.
    pub enforces: Vec<String>,
    /// Caps per hour; none only in a demonstration.
    pub caps: Option<Caps>,
    /// Live keys.
    pub keys: Vec<ApplicationKey>,
    /// How many keys it ever had.
    pub keys_made: u32,
    /// Where its keys work.
    pub bound: Bound,
    /// Ends of keys that have one.
    pub key_ends: Vec<KeyEnd>,
}

/// When a key stops working.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KeyEnd {
    /// The key's number.
    pub number: u32,
    /// From this moment on it is unknown.
    pub at: Time,
}

facts! {
    /// What may happen to an application.
    ApplicationFact {
        "access.denied" => Denied(Denied),
        "application.created" => Created(Created),
        "application.changed" => Changed(Created),
        "application_key.created" => KeyCreated(KeyCreated),
        "application_key.revoked" => KeyRevoked(KeyRevoked),
        "leak.checked" => LeaksChecked(LeaksChecked),
    }
    failures ["access.denied"]
}

/// An application's settings, whole.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Created {
    /// Networks that its keys work from; everywhere if none.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub addresses: Vec<IpNet>,
    /// Caps per hour.
    pub caps: Option<Caps>,
    /// SHA-256 of the public keys, in hexadecimal, one of which must stand behind the connection; none asked for if
    /// none.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub certificates: Vec<String>,
    /// Restrictions that it enforces.
    pub enforces: Vec<String>,
    /// What it may do.
    pub grants: Vec<Grant>,
    /// Its name.
    pub name: String,
    /// Whether its bare word is taken.
    pub trusted_backend: bool,
}

/// A key was made.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct KeyCreated {
    /// When it stops working, if it does by itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires_at: Option<Time>,
    /// Commitment to the keyed hash of its secret.
    pub hash: Withheld,
    /// Its number.
    pub number: u32,
}

/// A key was revoked.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct KeyRevoked {
    /// When it stops working, if that is later than now: another key has taken its place.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ends_at: Option<Time>,
    /// Its number.
    pub number: u32,
}

impl Record for Application {
    type Fact = ApplicationFact;
    const KIND: Kind = Kind::Application;
    const ADDED: &'static [usize] = &[Bound::FIELDS + 1];

    fn layout(&self) -> u8 {
        if self.bound.is_free() && self.key_ends.is_empty() { 1 } else { 2 }
    }

    fn evolve(before: Option<Self>, fact: &ApplicationFact, at: Time) -> Option<Self> {
        match (before, fact) {
            (None, ApplicationFact::Created(created)) => Some(Self {
                name: created.name.clone(),
                grants: created.grants.clone(),
                trusted_backend: created.trusted_backend,
                enforces: created.enforces.clone(),
                caps: created.caps,
                keys: Vec::new(),
                keys_made: 0,
                bound: Bound::of(created),
                key_ends: Vec::new(),
            }),
            (Some(application), ApplicationFact::Changed(changed)) => Some(Self {
                name: changed.name.clone(),
                grants: changed.grants.clone(),
                trusted_backend: changed.trusted_backend,
                enforces: changed.enforces.clone(),
                caps: changed.caps,
                bound: Bound::of(changed),
                ..application
            }),
            (Some(mut application), ApplicationFact::KeyCreated(made)) => {
                application.forget_ended(at);
                application.keys.push(ApplicationKey {
                    number: made.number,
                    hash: made.hash.clone(),
                    created_at: at,
                });
                application.keys_made = application.keys_made.max(made.number);
                application.key_ends.extend(made.expires_at.map(|at| KeyEnd { number: made.number, at }));
                Some(application)
            }
            (Some(mut application), ApplicationFact::KeyRevoked(KeyRevoked { ends_at, number })) => {
                application.key_ends.retain(|end| end.number != *number);
                match ends_at {
                    Some(at) => application.key_ends.push(KeyEnd { number: *number, at: *at }),
                    None => application.keys.retain(|key| key.number != *number),
                }
                Some(application)
            }
            (before, _) => before,
        }
    }

    fn columns(&self) -> Columns {
        Columns { state: if self.keys.is_empty() { "keyless" } else { "active" }, due: None }
    }
}

impl Application {
    /// Whether the application may do this to a subject of this tier.
    #[must_use]
    pub fn may(&self, scope: Scope, tier: Tier) -> bool {
        self.grants.iter().any(|grant| grant.scope == scope && grant.tiers.contains(&tier))
    }

    /// Whether the application has the scope for any tier.
    #[must_use]
    pub fn has(&self, scope: Scope) -> bool {
        self.grants.iter().any(|grant| grant.scope == scope && !grant.tiers.is_empty())
    }

    /// Whether a key works: see [`Application::shown`].
    #[must_use]
    pub fn knows(&self, id: ApplicationId, token: &Token, keys: &LocalKeys, now: Time) -> bool {
        self.shown(id, token, keys, now) == Shown::Live
    }

    /// What there is to say of a key: whether it is one of these, is live at `now`, and comes from where it works.
    #[must_use]
    pub fn shown(&self, id: ApplicationId, token: &Token, keys: &LocalKeys, now: Time) -> Shown {
        let number = token.key.number;
        let hash = keys.application_key(id, number, token.secret());
        let mut found = self.keys.iter().filter(|key| key.number == number);
        match found.any(|key| bool::from(key.hash.bytes().ct_eq(&hash))) {
            false => Shown::Unknown,
            true if !self.is_live(number, now) => Shown::Denied(Denial::KeyEnded),
            true if !self.bound.admits(token.origin()) => Shown::Denied(Denial::Origin),
            true => Shown::Live,
        }
    }

    /// When a key stops working, if it has an end.
    #[must_use]
    pub fn end_of(&self, number: u32) -> Option<Time> {
        self.key_ends.iter().find(|end| end.number == number).map(|end| end.at)
    }

    /// Whether a key works now.
    fn is_live(&self, number: u32, now: Time) -> bool {
        self.end_of(number).is_none_or(|end| now < end)
    }

    /// Numbers of the keys that work now.
    #[must_use]
    pub fn live_keys(&self, now: Time) -> Vec<u32> {
        self.keys.iter().map(|key| key.number).filter(|number| self.is_live(*number, now)).collect()
    }

    /// A key that has ended makes place for the next one.
    fn forget_ended(&mut self, now: Time) {
        let live = self.live_keys(now);
        self.keys.retain(|key| live.contains(&key.number));
        self.key_ends.retain(|end| live.contains(&end.number));
    }
}

/// Creates an application.
#[must_use]
pub fn create(application: Held<Application>, created: Created, draft: &mut Draft) -> Held<Application> {
    application.record(ApplicationFact::Created(created), draft)
}

/// Changes an application's settings; unchanged if there is none.
#[must_use]
pub fn change(application: Held<Application>, changed: Created, draft: &mut Draft) -> Held<Application> {
    application.record(ApplicationFact::Changed(changed), draft)
}
