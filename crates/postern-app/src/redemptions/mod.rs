//! Redeeming: the walk of one redemption is written down in `docs/architecture.md`.

mod answer;
mod attempt;
mod nobody;
mod run;
mod step;

pub use answer::Redeemed;
pub(crate) use attempt::{Attempt, Person, delayed};
use postern_core::subject::Purpose;
use zeroize::Zeroizing;

use crate::proof::Proof;
use crate::request::{Client, Idempotent, SubjectName};

/// A request to redeem.
pub struct Redemption {
    /// Whose code.
    pub subject: SubjectName,
    /// What was typed.
    pub code: Zeroizing<String>,
    /// What for.
    pub purpose: Purpose,
    /// The caller's login transaction.
    pub txn: String,
    /// How the first factor was known.
    pub first_factor: Option<Proof>,
    /// Where the person is.
    pub client: Client,
    /// The request.
    pub request: Idempotent,
}
