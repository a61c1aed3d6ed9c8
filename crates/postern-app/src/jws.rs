//! Signing receipts: compact JWS (RFC 7515) with a critical header that names the restrictions.

use postern_core::encoding::base64url;
use postern_core::ports::{Keys, KeysUnavailable, SigningKey};
use postern_core::receipt::{Receipt, TYPE};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::App;

/// Header of a receipt. Fields in RFC 8785 order.
#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    crit: [&'static str; 1],
    kid: &'a str,
    rst: String,
    typ: &'static str,
}

/// A receipt that lacks its signature: what is signed, and what goes before it. `rst` is the digest of its restrictions and is critical (RFC 7515 §4.1.11), so that a
/// caller who does not know of restrictions refuses the receipt instead of ignoring them.
///
/// # Errors
/// If the claims cannot be written, which they have no reason for.
pub(crate) fn unsigned(keys: &dyn Keys, claims: &Receipt<'_>) -> Result<String, serde_json::Error> {
    let restrictions = serde_json::to_vec(&claims.restrictions)?;
    let header = Header {
        alg: "EdDSA",
        crit: ["rst"],
        kid: &key_id(&keys.public().receipts),
        rst: base64url(&Sha256::digest(&restrictions)),
        typ: TYPE,
    };
    let header = base64url(&serde_json::to_vec(&header)?);
    let payload = base64url(&serde_json::to_vec(claims)?);
    Ok(format!("{header}.{payload}"))
}

/// Signs it.
///
/// # Errors
/// If the key service does not answer.
pub(crate) fn signed(keys: &dyn Keys, unsigned: String) -> Result<String, KeysUnavailable> {
    let signature = keys.sign(SigningKey::Receipts, unsigned.as_bytes())?;
    Ok(format!("{unsigned}.{}", base64url(&signature)))
}

impl App {
    /// The key set (RFC 7517) that this installation's receipts are checked with.
    #[must_use]
    pub fn receipt_keys(&self) -> Value {
        key_set(&*self.ports.keys)
    }
}

/// The key set (RFC 7517) that receipts are checked with.
#[must_use]
pub fn key_set(keys: &dyn Keys) -> Value {
    let public = keys.public().receipts;
    let key = json!({
        "alg": "EdDSA",
        "crv": "Ed25519",
        "kid": key_id(&public),
        "kty": "OKP",
        "use": "sig",
        "x": base64url(&public),
    });
    json!({ "keys": [key] })
}

/// RFC 7638 thumbprint of an Ed25519 key.
fn key_id(public: &[u8; 32]) -> String {
    let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, base64url(public));
    base64url(&Sha256::digest(members.as_bytes()))
}
