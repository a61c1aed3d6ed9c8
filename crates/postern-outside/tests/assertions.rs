//! Assertions: signatures of another implementation are read, and nothing in a header decides how.

#![cfg(test)]

use aws_lc_rs::hmac;
use postern_core::encoding::{base64url, from_base64url};
use postern_core::ids::ProverId;
use postern_core::ports::Assertions as _;
use postern_core::prover::ProverKey;
use postern_outside::assertion::{JwsAssertions, LONGEST, make};
use serde_json::{Value, json};

/// Made by joserfc 1.8 with the seed 0, 1, … 31 and the scalar 1, 2, … 32.
const EDDSA: &str = "eyJhbGciOiJFZERTQSIsImtpZCI6InBydl8wMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwNCJ9.eyJpc3MiOiAiaHR0cHM6Ly9pZHAuZXhhbXBsZSIsICJhdWQiOiAiaHR0cHM6Ly9wb3N0ZXJuLmV4YW1wbGUvdGVuX2EiLCAic3ViIjogImFsaWNlIiwgIm9wIjogInJlZGVlbSIsICJhY3IiOiAiYWFsMiIsICJhbXIiOiBbIm90cCJdLCAiYXV0aF90aW1lIjogMTc3NDAwMDAwMCwgImp0aSI6ICJhMSIsICJleHAiOiAxNzc0MDAwMDYwLCAicmVxIjogInIiLCAibmJmIjogMX0.FB9x_7caCQ7Vky6Htzp3AiRJeHK_OVesUXk9uKSaXr_FKxM_knIEhjaUGJvdWnHZndiuDq9khR2B8ogr0gLoBw";
const ES256: &str = "eyJhbGciOiJFUzI1NiIsImtpZCI6InBydl8wMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwNCJ9.eyJpc3MiOiAiaHR0cHM6Ly9pZHAuZXhhbXBsZSIsICJhdWQiOiAiaHR0cHM6Ly9wb3N0ZXJuLmV4YW1wbGUvdGVuX2EiLCAic3ViIjogImFsaWNlIiwgIm9wIjogInJlZGVlbSIsICJhY3IiOiAiYWFsMiIsICJhbXIiOiBbIm90cCJdLCAiYXV0aF90aW1lIjogMTc3NDAwMDAwMCwgImp0aSI6ICJhMSIsICJleHAiOiAxNzc0MDAwMDYwLCAicmVxIjogInIiLCAibmJmIjogMX0.zDWHYGbJ0wCK8ONfz7IiyxhnSLH_0wbUPs0fzzgwCTBIoczdsdJPNq1jyrdHDnxiRzoY3MiEDMLWsG8-ciSdIA";

const SEED: [u8; 32] = [7; 32];

fn prover() -> ProverId {
    let mut bytes = [0; 16];
    bytes[15] = 1;
    ProverId::new(bytes)
}

fn eddsa() -> ProverKey {
    let x = "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg".to_owned();
    ProverKey { algorithm: "EdDSA".to_owned(), x, y: None }
}

fn es256() -> ProverKey {
    let x = "UVw9brnjlrkE0_7Kf1T9zQzB6Ze_N13KUVrQpsO0A18".to_owned();
    let y = Some("RTa-OlDzGPv5pUdZAqIhUCvvDVfgjFOyzApW8X2fk1Q".to_owned());
    ProverKey { algorithm: "ES256".to_owned(), x, y }
}

fn claims() -> Value {
    json!({
        "iss": "https://idp.example", "aud": "https://postern.example/ten_a", "sub": "alice", "op": "redeem",
        "acr": "aal2", "amr": ["otp"], "auth_time": 1, "jti": "a1", "exp": 2, "req": "r",
    })
}

fn refused(jws: &str, key: &ProverKey) -> bool {
    JwsAssertions.verify(jws, key).is_none()
}

/// A signed assertion with another header, its signature kept.
fn with_header(jws: &str, header: &Value) -> String {
    let (_, rest) = jws.split_once('.').unwrap();
    format!("{}.{rest}", base64url(header.to_string().as_bytes()))
}

/// An assertion that `sign` signs under any header.
fn signed(header: &Value, claims: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let parts = [header, claims].map(|part| base64url(part.to_string().as_bytes()));
    let message = parts.join(".");
    let signature = sign(message.as_bytes());
    format!("{message}.{}", base64url(&signature))
}

fn with_ed25519(header: &Value) -> String {
    use ed25519_dalek::Signer as _;
    let key = ed25519_dalek::SigningKey::from_bytes(&SEED);
    signed(header, &claims(), |message| key.sign(message).to_bytes().to_vec())
}

#[test]
fn assertions_of_another_implementation_are_read() {
    for (jws, key) in [(EDDSA, eddsa()), (ES256, es256())] {
        assert_eq!(JwsAssertions.prover(jws), Some(prover()));
        let claims = JwsAssertions.verify(jws, &key).unwrap();
        assert_eq!((claims.sub.as_str(), claims.op.as_str(), claims.exp), ("alice", "redeem", 1_774_000_060));
    }
}

#[test]
fn assertions_made_here_are_read_whenever_they_end() {
    let jws = make::sign(&SEED, prover(), &claims()).unwrap();
    assert_eq!(JwsAssertions.prover(&jws), Some(prover()));
    assert_eq!(JwsAssertions.verify(&jws, &make::key(&SEED).unwrap()).unwrap().exp, 2);
    assert_eq!(jws, with_ed25519(&json!({ "alg": "EdDSA", "kid": prover().to_string(), "typ": "JWT" })));
}

#[test]
fn unsigned_ones_are_refused() {
    for alg in ["none", "None", "", "EDDSA"] {
        let jws = with_header(EDDSA, &json!({ "alg": alg, "kid": prover().to_string() }));
        let (message, _) = jws.rsplit_once('.').unwrap();
        assert!(refused(&jws, &eddsa()) && refused(&format!("{message}."), &eddsa()));
        assert_eq!(JwsAssertions.prover(&jws), None);
    }
    let (message, _) = EDDSA.rsplit_once('.').unwrap();
    for jws in
        ["", ".", "..", "...", message, &format!("{message}."), &format!("{EDDSA}."), &format!(" {EDDSA}")]
    {
        assert!(refused(jws, &eddsa()), "{jws:?}");
        let _ = JwsAssertions.prover(jws);
    }
}

#[test]
fn the_header_does_not_choose_the_algorithm() {
    for alg in ["ES256", "ES384", "HS256", "HS512", "RS256", "PS256"] {
        assert!(refused(&with_ed25519(&json!({ "alg": alg })), &make::key(&SEED).unwrap()));
        assert!(refused(&with_header(EDDSA, &json!({ "alg": alg })), &eddsa()));
    }
    assert!(refused(ES256, &eddsa()) && refused(EDDSA, &es256()));
    assert!(!refused(&with_ed25519(&json!({ "alg": "EdDSA" })), &make::key(&SEED).unwrap()));
}

#[test]
fn a_public_key_is_no_shared_secret() {
    let raw = from_base64url(&eddsa().x).unwrap();
    let point = [from_base64url(&es256().x).unwrap(), from_base64url(&es256().y.unwrap()).unwrap()].concat();
    let uncompressed = [&[4], point.as_slice()].concat();
    for secret in [raw, eddsa().x.into_bytes(), point, uncompressed] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        let header = json!({ "alg": "HS256", "kid": prover().to_string() });
        let jws = signed(&header, &claims(), |message| hmac::sign(&key, message).as_ref().to_vec());
        assert!(refused(&jws, &eddsa()) && refused(&jws, &es256()));
    }
}

#[test]
fn another_key_or_an_ill_formed_one_is_refused() {
    assert!(refused(EDDSA, &make::key(&SEED).unwrap()));
    let cut = |text: &str| text.chars().skip(4).collect::<String>();
    for key in [
        ProverKey { algorithm: "ES256".to_owned(), ..eddsa() },
        ProverKey { algorithm: "eddsa".to_owned(), ..eddsa() },
        ProverKey { algorithm: "HS256".to_owned(), ..eddsa() },
        ProverKey { algorithm: "none".to_owned(), ..eddsa() },
        ProverKey { y: Some(eddsa().x), ..eddsa() },
        ProverKey { x: cut(&eddsa().x), ..eddsa() },
        ProverKey { x: format!("{}=", eddsa().x), ..eddsa() },
        ProverKey { x: String::new(), ..eddsa() },
    ] {
        assert!(refused(EDDSA, &key));
    }
    for key in [
        ProverKey { algorithm: "EdDSA".to_owned(), ..es256() },
        ProverKey { algorithm: "ES384".to_owned(), ..es256() },
        ProverKey { y: None, ..es256() },
        ProverKey { y: Some(es256().x), ..es256() },
        ProverKey { y: es256().y.map(|y| cut(&y)), ..es256() },
    ] {
        assert!(refused(ES256, &key));
    }
}

#[test]
fn a_point_is_not_cut_elsewhere() {
    let point = [from_base64url(&es256().x).unwrap(), from_base64url(&es256().y.unwrap()).unwrap()].concat();
    let (x, y) = point.split_at(31);
    let key = ProverKey { x: base64url(x), y: Some(base64url(y)), ..es256() };
    assert!(refused(ES256, &key));
}

#[test]
fn every_changed_symbol_is_refused() {
    for (jws, key) in [(EDDSA, eddsa()), (ES256, es256())] {
        for (place, symbol) in jws.char_indices() {
            let other = if symbol == 'A' { "B" } else { "A" };
            let mut changed = jws.to_owned();
            changed.replace_range(place..=place, other);
            assert!(refused(&changed, &key), "symbol {place}");
        }
    }
}

#[test]
fn long_ones_are_not_looked_at() {
    let mut claims = claims();
    claims["padding"] = json!("x".repeat(LONGEST / 2));
    let key = make::key(&SEED).unwrap();
    assert!(!refused(&make::sign(&SEED, prover(), &claims).unwrap(), &key));
    claims["padding"] = json!("x".repeat(LONGEST));
    let long = make::sign(&SEED, prover(), &claims).unwrap();
    assert!(refused(&long, &key) && JwsAssertions.prover(&long).is_none());
}

#[test]
fn every_claim_is_required_once_and_of_its_type() {
    let key = make::key(&SEED).unwrap();
    let names: Vec<String> = claims().as_object().unwrap().keys().cloned().collect();
    for name in names {
        for wrong in [None, Some(Value::Null), Some(json!({})), Some(json!([1]))] {
            let mut claims = claims();
            match wrong {
                None => drop(claims.as_object_mut().unwrap().remove(&name)),
                Some(wrong) => claims[&name] = wrong,
            }
            assert!(refused(&make::sign(&SEED, prover(), &claims).unwrap(), &key), "{name}");
        }
    }
    for claims in [json!([]), json!("x"), json!(null)] {
        assert!(refused(&make::sign(&SEED, prover(), &claims).unwrap(), &key));
    }
}

#[test]
fn what_must_be_understood_is_refused() {
    let key = make::key(&SEED).unwrap();
    for header in [
        json!({ "alg": "EdDSA", "crit": ["b64"], "b64": false }),
        json!({ "alg": "EdDSA", "crit": ["exp"], "exp": 1 }),
        json!({ "alg": "EdDSA", "crit": [] }),
    ] {
        assert!(refused(&with_ed25519(&header), &key), "{header}");
    }
    let own_key = json!({ "alg": "EdDSA", "jwk": { "kty": "OKP", "crv": "Ed25519", "x": key.x } });
    assert!(refused(&with_ed25519(&own_key), &eddsa()));
}
