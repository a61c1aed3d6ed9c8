//! Applications: who may call, for what, with which keys.

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::Time;
use crate::encoding::{base32, from_base32};
use crate::ids::{ApplicationId, ApplicationKeyId, TenantId};
use crate::kernel::{Columns, Draft, Held, Kind, Record, facts};
use crate::limits;
use crate::local_keys::LocalKeys;
use crate::tenant::Tier;
use crate::withheld::Withheld;

/// What an application may do. None by default, each limited to tiers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum Scope {
    /// Read the tenant's events.
    #[serde(rename = "events:read")]
    EventsRead,
    /// Read checkpoints.
    #[serde(rename = "log:read")]
    LogRead,
    /// Redeem codes.
    #[serde(rename = "redeem")]
    Redeem,
    /// Rehearse codes.
    #[serde(rename = "rehearse")]
    Rehearse,
    /// Revoke sets and codes.
    #[serde(rename = "sets:revoke")]
    SetsRevoke,
    /// Stage, discard and confirm sets.
    #[serde(rename = "sets:stage")]
    SetsStage,
    /// Read subjects.
    #[serde(rename = "subjects:read")]
    SubjectsRead,
    /// Raise a subject's tier.
    #[serde(rename = "subjects:tier-raise")]
    SubjectsTierRaise,
    /// Create and change subjects.
    #[serde(rename = "subjects:write")]
    SubjectsWrite,
}

impl Scope {
    /// Every scope that this release knows.
    pub const ALL: [Self; 9] = [
        Self::EventsRead,
        Self::LogRead,
        Self::Redeem,
        Self::Rehearse,
        Self::SetsRevoke,
        Self::SetsStage,
        Self::SubjectsRead,
        Self::SubjectsTierRaise,
        Self::SubjectsWrite,
    ];

    /// The scope's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EventsRead => "events:read",
            Self::LogRead => "log:read",
            Self::Redeem => "redeem",
            Self::Rehearse => "rehearse",
            Self::SetsRevoke => "sets:revoke",
            Self::SetsStage => "sets:stage",
            Self::SubjectsRead => "subjects:read",
            Self::SubjectsTierRaise => "subjects:tier-raise",
            Self::SubjectsWrite => "subjects:write",
        }
    }

    /// The scope with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

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
        let hash = keys.application_key(id, token.key.number, &*token.secret);
        self.keys
            .iter()
            .any(|key| key.number == token.key.number && bool::from(key.hash.bytes().ct_eq(&hash)))
    }
}

/// An application key as the application holds it. A secret: no `Debug`, no `Serialize`.
pub struct Token {
    /// Whose tenant it names.
    pub tenant: TenantId,
    /// Which key it is.
    pub key: ApplicationKeyId,
    secret: Zeroizing<[u8; 20]>,
}

/// Letters before an application key: what a scanner looks for.
pub const TOKEN_PREFIX: &str = "pstk_";

impl Token {
    /// A new key from random bytes.
    #[must_use]
    pub const fn new(tenant: TenantId, key: ApplicationKeyId, secret: Zeroizing<[u8; 20]>) -> Self {
        Self { tenant, key, secret }
    }

    /// The text: prefix, then tenant, application, number, secret and a checksum in base32.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(60));
        bytes.extend_from_slice(&self.tenant.bytes());
        bytes.extend_from_slice(&self.key.application.bytes());
        bytes.extend_from_slice(&self.key.number.to_be_bytes());
        bytes.extend_from_slice(&*self.secret);
        let sum = checksum(&bytes);
        bytes.extend_from_slice(&sum);
        Zeroizing::new(format!("{TOKEN_PREFIX}{}", &*Zeroizing::new(base32(&bytes))))
    }

    /// Reads the text; `None` if it is not a whole key, told apart by its checksum before any look-up.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(from_base32(text.strip_prefix(TOKEN_PREFIX)?)?);
        let (body, sum) = bytes.split_last_chunk::<4>()?;
        let (tenant, rest) = body.split_first_chunk::<16>()?;
        let (application, rest) = rest.split_first_chunk::<16>()?;
        let (number, secret) = rest.split_first_chunk::<4>()?;
        let secret = Zeroizing::new(<[u8; 20]>::try_from(secret).ok()?);
        let key = ApplicationKeyId {
            application: ApplicationId::new(*application),
            number: u32::from_be_bytes(*number),
        };
        (checksum(body) == *sum).then(|| Self { tenant: TenantId::new(*tenant), key, secret })
    }
}

/// Tells a mistyped key from an unknown one; adds no secrecy.
fn checksum(body: &[u8]) -> [u8; 4] {
    use sha2::{Digest as _, Sha256};
    let hash: [u8; 32] = Sha256::digest(body).into();
    let mut short = [0; 4];
    short.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    short
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
    let hash = Withheld::Known(keys.application_key(id, number, &*token.secret).to_vec());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_and_a_slip_is_seen() {
        let key = ApplicationKeyId { application: ApplicationId::new([3; 16]), number: 2 };
        let token = Token::new(TenantId::new([4; 16]), key, Zeroizing::new([5; 20]));
        let text = token.text();
        let read = Token::parse(&text).unwrap();
        assert_eq!((read.tenant, read.key, *read.secret), (token.tenant, key, [5; 20]));
        let slip = text.replacen('a', "b", 1);
        assert!(slip == *text || Token::parse(&slip).is_none());
        assert!(Token::parse(text.trim_end_matches(|last| text.ends_with(last))).is_none());
    }
}
