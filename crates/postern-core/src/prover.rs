//! Provers: who says that the holder was there.
//!
//! An application key alone proves an application, not a person. A prover signs an assertion about one
//! person and one request; Postern checks it against the key that was registered for the tenant.

use serde::{Deserialize, Serialize};

use crate::Time;
use crate::assurance::{Assertion, Level};
use crate::encoding::base64url;
use crate::ids::{ProverId, TenantId};
use crate::kernel::{Columns, Draft, Held, Kind, Record, facts};
use crate::limits;
use crate::local_keys::LocalKeys;

/// A public key that assertions are checked with. Fields in RFC 8785 order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ProverKey {
    /// `EdDSA` (Ed25519) or `ES256`.
    pub algorithm: String,
    /// JSON Web Key coordinate.
    pub x: String,
    /// JSON Web Key coordinate; for `ES256` only.
    #[serde(default)]
    pub y: Option<String>,
}

/// A prover's record.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Prover {
    /// What people call it.
    pub name: String,
    /// The `iss` of its assertions.
    pub issuer: String,
    /// The key.
    pub key: ProverKey,
    /// The highest level that it may vouch for.
    pub most: Level,
    /// Whether it is in use.
    pub active: bool,
}

facts! {
    /// What may happen to a prover.
    ProverFact { "prover.changed" => Changed(Changed) }
    failures []
}

/// A prover as it is from now on.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Changed {
    /// Whether it is in use.
    pub active: bool,
    /// The `iss` of its assertions.
    pub issuer: String,
    /// The key.
    pub key: ProverKey,
    /// The highest level that it may vouch for.
    pub most: Level,
    /// Its name.
    pub name: String,
}

impl Record for Prover {
    type Fact = ProverFact;
    const KIND: Kind = Kind::Prover;

    fn evolve(_before: Option<Self>, fact: &ProverFact, _at: Time) -> Option<Self> {
        let ProverFact::Changed(changed) = fact;
        Some(Self {
            name: changed.name.clone(),
            issuer: changed.issuer.clone(),
            key: changed.key.clone(),
            most: changed.most,
            active: changed.active,
        })
    }

    fn columns(&self) -> Columns {
        Columns { state: if self.active { "active" } else { "revoked" }, due: None }
    }
}

/// Registers a prover or changes it.
#[must_use]
pub fn change(prover: Held<Prover>, changed: Changed, draft: &mut Draft) -> Held<Prover> {
    prover.record(ProverFact::Changed(changed), draft)
}

/// An assertion's claims, its signature already checked. Unknown claims are ignored, as RFC 7519 asks.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Claims {
    /// Issuer.
    pub iss: String,
    /// Audience: the installation and the tenant.
    pub aud: String,
    /// Whom it is about: the external id or `sub_…`.
    pub sub: String,
    /// The operation it is for: `stage`, `redeem`, `rehearse`.
    pub op: String,
    /// Level.
    pub acr: Level,
    /// Methods (RFC 8176).
    pub amr: Vec<String>,
    /// When the user signed in, in seconds.
    pub auth_time: u64,
    /// Names the assertion.
    pub jti: String,
    /// When it ends, in seconds; at most 120 s ahead.
    pub exp: u64,
    /// base64url of SHA-256 over the request without code and assertion.
    pub req: String,
}

/// What an assertion must be about.
pub struct About<'a> {
    /// Audience of this tenant.
    pub audience: &'a str,
    /// Names that the subject goes by.
    pub subjects: &'a [String],
    /// The operation.
    pub operation: &'a str,
    /// Digest of the request.
    pub request: &'a [u8; 32],
}

/// Checks an assertion's claims; `None` if any does not fit.
#[must_use]
pub fn check(
    tenant: TenantId,
    id: ProverId,
    prover: &Prover,
    claims: &Claims,
    about: &About<'_>,
    now: Time,
    keys: &LocalKeys,
) -> Option<Assertion> {
    let until = Time::from_millis(claims.exp.saturating_mul(1000));
    let fits = prover.active
        && claims.iss == prover.issuer
        && claims.aud == about.audience
        && about.subjects.contains(&claims.sub)
        && claims.op == about.operation
        && claims.req == base64url(about.request)
        && claims.acr <= prover.most
        && !claims.jti.is_empty()
        && until > now
        && until.since(now) <= limits::ASSERTION_LIVES;
    fits.then(|| Assertion {
        prover: id,
        at: Time::from_millis(claims.auth_time.saturating_mul(1000)),
        level: claims.acr,
        methods: claims.amr.clone(),
        place: keys.assertion(tenant, &id.to_string(), &claims.jti),
        until,
    })
}
