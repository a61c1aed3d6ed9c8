//! Signed assertions of provers: JSON Web Signatures in compact form (RFC 7515), checked with the key and the
//! algorithm that were registered. Nothing in an assertion's header chooses either (RFC 8725 §3.1).

pub mod make;

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use postern_core::encoding::from_base64url;
use postern_core::ids::ProverId;
use postern_core::ports::Assertions;
use postern_core::prover::{Claims, ProverKey};

/// The longest assertion that is looked at, in bytes.
pub const LONGEST: usize = 8 * 1024;

/// Reads assertions.
#[derive(Clone, Copy, Debug, Default)]
pub struct JwsAssertions;

impl Assertions for JwsAssertions {
    fn prover(&self, assertion: &str) -> Option<ProverId> {
        let header = jsonwebtoken::decode_header(bounded(assertion)?).ok()?;
        ProverId::parse(&header.kid?)
    }

    fn verify(&self, assertion: &str, key: &ProverKey) -> Option<Claims> {
        let (algorithm, key) = registered(key)?;
        let read =
            jsonwebtoken::decode::<Claims>(bounded(assertion)?, &key, &signature_only(algorithm)).ok()?;
        // RFC 7515 §4.1.11: what must be understood and is not makes it invalid; the library does not look.
        read.header.crit.is_none().then_some(read.claims)
    }
}

fn bounded(assertion: &str) -> Option<&str> {
    (assertion.len() <= LONGEST).then_some(assertion)
}

/// The algorithm and key of a prover; `None` if its coordinates are not of the right length.
fn registered(key: &ProverKey) -> Option<(Algorithm, DecodingKey)> {
    let whole = |text: &str| from_base64url(text).is_some_and(|bytes| bytes.len() == 32);
    if !whole(&key.x) || !key.y.as_deref().is_none_or(whole) {
        return None;
    }
    match (key.algorithm.as_str(), key.y.as_deref()) {
        ("EdDSA", None) => Some((Algorithm::EdDSA, DecodingKey::from_ed_components(&key.x).ok()?)),
        ("ES256", Some(y)) => Some((Algorithm::ES256, DecodingKey::from_ec_components(&key.x, y).ok()?)),
        _ => None,
    }
}

/// The signature alone: who, what for and until when is decided by [`postern_core::prover::check`], with the
/// request's time and not the library's.
fn signature_only(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}
