//! Calls that were denied to a key which is really the application's.

use serde::{Deserialize, Serialize};

use super::{Application, ApplicationFact, Scope};
use crate::Time;
use crate::kernel::{Draft, Held};

/// Why a call was denied although the key's secret is right. A key that nobody has says nothing about anybody, and is
/// never recorded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Denial {
    /// The key's time is over.
    KeyEnded,
    /// It came from where it does not work: another network, another certificate or none.
    Origin,
    /// It has not the scope, or not for the tier that was asked about.
    ScopeMissing,
}

/// Calls of one key were denied for one reason: their number, when the first and the last were.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Denied {
    /// How many.
    pub count: u32,
    /// When the first was.
    pub first: Time,
    /// The key's number.
    pub key: u32,
    /// When the last was.
    pub last: Time,
    /// The scope that it needed, if it needed one.
    pub scope: Option<Scope>,
    /// Why.
    pub why: Denial,
}

/// What there is to say of a key that was shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shown {
    /// It works.
    Live,
    /// Its secret is right, and it does not work now or from there.
    Denied(Denial),
    /// It is none of the application's.
    Unknown,
}

/// Records denied calls. The application stays as it is.
pub fn denied(application: Held<Application>, denied: Denied, draft: &mut Draft) {
    if application.state().is_some() {
        let _ = application.record(ApplicationFact::Denied(denied), draft);
    }
}
