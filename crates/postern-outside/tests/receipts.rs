//! Receipts: other implementations check them with nothing but the published key.

#![cfg(test)]

use ed25519_dalek::{Signature, VerifyingKey};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use postern_core::encoding::{base64url, from_base64url};
use postern_core::ports::Keys as _;
use postern_log::is_canonical;
use postern_outside::entropy::SystemEntropy;
use postern_outside::jws::{jwks, receipt, thumbprint};
use postern_outside::key_file::KeyFile;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const RESTRICTIONS: &[u8] = br#"{"enrol":{"not_before":"2026-03-20T09:46:40.120Z"}}"#;
const PAYLOAD: &[u8] = br#"{"aud":"app_a","exp":2}"#;

fn made() -> (KeyFile, String) {
    let keys = KeyFile::generate(&SystemEntropy).unwrap();
    let jws = receipt(&keys, RESTRICTIONS, PAYLOAD).unwrap();
    (keys, jws)
}

#[test]
fn the_header_is_canonical_and_names_key_and_restrictions() {
    let (keys, jws) = made();
    let header = from_base64url(jws.split('.').next().unwrap()).unwrap();
    assert!(is_canonical(&header));
    let expected = json!({
        "alg": "EdDSA", "crit": ["rst"], "kid": thumbprint(&keys.public().receipts),
        "rst": base64url(&Sha256::digest(RESTRICTIONS)), "typ": "postern-receipt+jwt",
    });
    assert_eq!(serde_json::from_slice::<Value>(&header).unwrap(), expected);
}

#[test]
fn the_signature_is_good_under_the_published_key() {
    let (keys, jws) = made();
    let (message, signature) = jws.rsplit_once('.').unwrap();
    let signature = Signature::from_slice(&from_base64url(signature).unwrap()).unwrap();
    let published = jwks(&keys);
    let x = from_base64url(published["keys"][0]["x"].as_str().unwrap()).unwrap();
    let key = VerifyingKey::from_bytes(&x.try_into().unwrap()).unwrap();
    assert!(key.verify_strict(message.as_bytes(), &signature).is_ok());
    assert_eq!(from_base64url(message.split('.').nth(1).unwrap()).unwrap(), PAYLOAD);
}

#[test]
fn a_library_reads_receipt_and_key_set() {
    let (keys, jws) = made();
    let set: jsonwebtoken::jwk::JwkSet = serde_json::from_value(jwks(&keys)).unwrap();
    let kid = jsonwebtoken::decode_header(&jws).unwrap().kid.unwrap();
    let key = DecodingKey::from_jwk(set.find(&kid).unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.validate_exp = false;
    validation.set_audience(&["app_a"]);
    let read = jsonwebtoken::decode::<Value>(&jws, &key, &validation).unwrap();
    assert_eq!(read.claims["exp"], 2);
    let other = DecodingKey::from_ed_components(&base64url(&keys.public().log)).unwrap();
    assert!(jsonwebtoken::decode::<Value>(&jws, &other, &validation).is_err());
}
