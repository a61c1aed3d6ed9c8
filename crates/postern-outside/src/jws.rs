//! Receipts as JSON Web Signatures in compact form (RFC 7515), and the keys to check them with. Pure.

use postern_core::encoding::base64url;
use postern_core::ports::{Keys, KeysUnavailable, SigningKey};
use postern_core::receipt::TYPE;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Signs a receipt. `payload` are its claims as canonical JSON; `restrictions` is the canonical JSON of the
/// claim of that name. The critical header `rst` is base64url of SHA-256 over it: software that does not know
/// restrictions refuses the receipt instead of overlooking them.
///
/// # Errors
/// If the key service does not answer.
pub fn receipt(keys: &dyn Keys, restrictions: &[u8], payload: &[u8]) -> Result<String, KeysUnavailable> {
    // Listed in RFC 8785 order, which a `Value` keeps whichever map serde_json is built with.
    let header = json!({
        "alg": "EdDSA",
        "crit": ["rst"],
        "kid": thumbprint(&keys.public().receipts),
        "rst": base64url(&Sha256::digest(restrictions)),
        "typ": TYPE,
    });
    let mut jws = format!("{}.{}", base64url(header.to_string().as_bytes()), base64url(payload));
    let signature = keys.sign(SigningKey::Receipts, jws.as_bytes())?;
    jws.push('.');
    jws.push_str(&base64url(&signature));
    Ok(jws)
}

/// The JSON Web Key Set (RFC 7517 §5) with the key that checks receipts.
#[must_use]
pub fn jwks(keys: &dyn Keys) -> Value {
    let key = keys.public().receipts;
    json!({ "keys": [{
        "alg": "EdDSA",
        "crv": "Ed25519",
        "kid": thumbprint(&key),
        "kty": "OKP",
        "use": "sig",
        "x": base64url(&key),
    }] })
}

/// The name of an Ed25519 key: base64url of its JWK thumbprint (RFC 7638 §3, RFC 8037 §2).
#[must_use]
pub fn thumbprint(key: &[u8; 32]) -> String {
    let required = json!({ "crv": "Ed25519", "kty": "OKP", "x": base64url(key) });
    base64url(&Sha256::digest(required.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thumbprint_is_that_of_rfc_8037() {
        let key = postern_core::encoding::from_base64url("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        let key = <[u8; 32]>::try_from(key.unwrap()).unwrap();
        assert_eq!(thumbprint(&key), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }
}
