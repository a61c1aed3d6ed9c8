//! Where keys are kept, as an operator changes it: a version of the pepper made, or taken away for good.

use super::Entropy;

/// Where keys are kept. Every call may wait for something outside the process.
pub trait Custody: Send + Sync {
    /// What it is, for people: `key file`, `token`, `transit engine`.
    fn name(&self) -> &'static str;

    /// Looks again which versions there are: another node or another command may have changed them.
    ///
    /// # Errors
    /// [`CustodyFault`]: those known before stay in use.
    fn refresh(&self) -> Result<(), CustodyFault>;

    /// Makes one more version of the pepper, durable when this returns, and live in this process. Its number is one
    /// more than that of the newest.
    ///
    /// # Errors
    /// [`CustodyFault`], above all if two versions are live; there is no new one then.
    fn add_pepper(&self, entropy: &dyn Entropy) -> Result<u16, CustodyFault>;

    /// Takes the older of two live versions of the pepper away, for good. One that is gone already is no fault: the
    /// command may be given once more.
    ///
    /// # Errors
    /// [`CustodyFault`], above all if it is the newest.
    fn remove_pepper(&self, version: u16) -> Result<(), CustodyFault>;
}

/// It was not done: says why, and what to do.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct CustodyFault(pub String);
