//! A prover with its own signing key: says that a holder was there, for one request.

use std::sync::atomic::{AtomicU64, Ordering};

use postern_core::Time;
use postern_core::encoding::base64url;
use postern_core::ids::ProverId;
use postern_core::prover::ProverKey;
use postern_outside::assertion::make;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// How many assertions this process made: each has a name of its own.
static MADE: AtomicU64 = AtomicU64::new(0);

/// A prover.
#[derive(Clone, Debug)]
pub struct TestProver {
    /// Its id, as it was registered.
    pub id: ProverId,
    /// Its `iss`.
    pub issuer: String,
    /// The tenant's audience.
    pub audience: String,
    seed: [u8; 32],
}

impl TestProver {
    /// A prover that was registered under an id.
    #[must_use]
    pub fn new(id: ProverId, issuer: &str, audience: &str, seed: [u8; 32]) -> Self {
        Self { id, issuer: issuer.to_owned(), audience: audience.to_owned(), seed }
    }

    /// The public key that a seed signs for.
    #[must_use]
    pub fn public(seed: [u8; 32]) -> ProverKey {
        make::key(&seed).unwrap()
    }

    /// The claims of an assertion about a holder and a request: `body` as it is sent, without code and assertion.
    #[must_use]
    pub fn claims(&self, operation: &str, subject: &str, body: &Value, now: Time) -> Value {
        let request = Sha256::digest(postern_log::canonical_value(body).unwrap());
        let jti = format!("assertion-{}", MADE.fetch_add(1, Ordering::SeqCst));
        json!({
            "iss": self.issuer,
            "aud": self.audience,
            "sub": subject,
            "op": operation,
            "acr": "aal2",
            "amr": ["otp"],
            "auth_time": now.seconds(),
            "jti": jti,
            "exp": now.seconds() + 60,
            "req": base64url(&request),
        })
    }

    /// Signs claims.
    #[must_use]
    pub fn sign(&self, claims: &Value) -> String {
        make::sign(&self.seed, self.id, claims).unwrap()
    }

    /// An assertion.
    #[must_use]
    pub fn assertion(&self, operation: &str, subject: &str, body: &Value, now: Time) -> String {
        self.sign(&self.claims(operation, subject, body, now))
    }
}
