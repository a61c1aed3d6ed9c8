//! Applications: who may call, for what, with which keys.

mod scope;
mod token;

pub use scope::Scope;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
pub use token::{TOKEN_PREFIX, Token};
use zeroize::Zeroizing;

use crate::Time;
use crate::ids::{ApplicationId, ApplicationKeyId};
use crate::kernel::{Columns, Draft, Held, Kind, Record, facts};
use crate::limits;
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
}

facts! {
    /// What may happen to an application.
    ApplicationFact {
        "application.created" => Created(Created),
        "application.changed" => Changed(Created),
        "application_key.created" => KeyCreated(KeyCreated),
        "application_key.revoked" => KeyRevoked(KeyRevoked),
    }
    failures []
}

/// An application's settings, whole.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Created {
    /// Caps per hour.
    pub caps: Option<Caps>,
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
    /// Commitment to the keyed hash of its secret.
    pub hash: Withheld,
    /// Its number.
    pub number: u32,
}

/// A key was revoked.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct KeyRevoked {
    /// Its number.
    pub number: u32,
}

impl Record for Application {
    type Fact = ApplicationFact;
    const KIND: Kind = Kind::Application;

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
            }),
            (Some(application), ApplicationFact::Changed(changed)) => Some(Self {
                name: changed.name.clone(),
                grants: changed.grants.clone(),
                trusted_backend: changed.trusted_backend,
                enforces: changed.enforces.clone(),
                caps: changed.caps,
                ..application
            }),
            (Some(mut application), ApplicationFact::KeyCreated(made)) => {
                application.keys.push(ApplicationKey {
                    number: made.number,
                    hash: made.hash.clone(),
                    created_at: at,
                });
                application.keys_made = application.keys_made.max(made.number);
                Some(application)
            }
            (Some(mut application), ApplicationFact::KeyRevoked(revoked)) => {
                application.keys.retain(|key| key.number != revoked.number);
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

    /// Whether a secret belongs to a live key.
    #[must_use]
    pub fn knows(&self, id: ApplicationId, token: &Token, keys: &LocalKeys) -> bool {
        let hash = keys.application_key(id, token.key.number, token.secret());
        self.keys
            .iter()
            .any(|key| key.number == token.key.number && bool::from(key.hash.bytes().ct_eq(&hash)))
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

/// Why no key was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoKey {
    /// There is no such application.
    NoApplication,
    /// It has two live keys: revoke one first.
    TwoLive,
}

/// Makes a key; the secret is returned this once.
///
/// # Errors
/// [`NoKey`] if there may be none.
pub fn make_key(
    application: Held<Application>,
    secret: Zeroizing<[u8; 20]>,
    keys: &LocalKeys,
    draft: &mut Draft,
) -> Result<Token, NoKey> {
    let state = application.state().ok_or(NoKey::NoApplication)?;
    if state.keys.len() >= limits::APPLICATION_KEYS {
        return Err(NoKey::TwoLive);
    }
    let key = application.key();
    let id = ApplicationId::new(key.id);
    let number = state.keys_made + 1;
    let token = Token::new(key.tenant, ApplicationKeyId { application: id, number }, secret);
    let hash = Withheld::Known(keys.application_key(id, number, token.secret()).to_vec());
    let _ = application.record(ApplicationFact::KeyCreated(KeyCreated { hash, number }), draft);
    Ok(token)
}

/// Revokes a key; `false` if it is not live.
pub fn revoke_key(application: Held<Application>, number: u32, draft: &mut Draft) -> bool {
    let live = application.state().is_some_and(|state| state.keys.iter().any(|key| key.number == number));
    if live {
        let _ = application.record(ApplicationFact::KeyRevoked(KeyRevoked { number }), draft);
    }
    live
}
