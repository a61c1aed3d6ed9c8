//! Signed assertions: who checks a prover's signature.

use crate::ids::ProverId;
use crate::prover::{Claims, ProverKey};

/// Reads assertions. What they must be about is decided in [`crate::prover::check`].
pub trait Assertions: Send + Sync {
    /// The prover that an assertion names, not yet believed; only for looking the prover up.
    fn prover(&self, assertion: &str) -> Option<ProverId>;

    /// The claims, if the signature is the prover's, made with exactly the registered algorithm.
    fn verify(&self, assertion: &str, key: &ProverKey) -> Option<Claims>;
}
