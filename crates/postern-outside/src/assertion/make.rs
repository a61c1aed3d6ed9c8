//! Makes assertions, for demonstrations and tests: a real prover holds its key elsewhere.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use postern_core::encoding::base64url;
use postern_core::ids::ProverId;
use postern_core::prover::ProverKey;
use serde_json::{Value, json};

/// An assertion signed with EdDSA, in compact form; `kid` names the prover. `None` only if the signature
/// library fails.
#[must_use]
pub fn sign(seed: &[u8; 32], prover: ProverId, claims: &Value) -> Option<String> {
    let header = json!({ "alg": "EdDSA", "kid": prover.to_string(), "typ": "JWT" });
    let mut jws =
        format!("{}.{}", base64url(header.to_string().as_bytes()), base64url(claims.to_string().as_bytes()));
    let signature = pair(seed)?.try_sign(jws.as_bytes()).ok()?;
    jws.push('.');
    jws.push_str(&base64url(signature.as_ref()));
    Some(jws)
}

/// The key to register for assertions that [`sign`] makes. `None` only if the signature library fails.
#[must_use]
pub fn key(seed: &[u8; 32]) -> Option<ProverKey> {
    let x = base64url(pair(seed)?.public_key().as_ref());
    Some(ProverKey { algorithm: "EdDSA".to_owned(), x, y: None })
}

fn pair(seed: &[u8; 32]) -> Option<Ed25519KeyPair> {
    Ed25519KeyPair::from_seed_unchecked(seed).ok()
}
