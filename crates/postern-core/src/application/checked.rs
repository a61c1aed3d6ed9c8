//! What an application asked about leaked codes, in sums.

use serde::{Deserialize, Serialize};

use super::{Application, ApplicationFact};
use crate::Time;
use crate::kernel::{Draft, Held};

/// An application asked about words that were found, or had texts looked at, with one key: how often, since the last sum.
/// What is a subject's is an event of its own; the rest is in this number alone, so that nobody fills the log.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LeaksChecked {
    /// When the first time was.
    pub first: Time,
    /// Words that were codes of a subject.
    pub found: u32,
    /// The key's number.
    pub key: u32,
    /// When the last time was.
    pub last: Time,
    /// Requests that were refused, since there were too many.
    pub refused: u32,
    /// Requests that were answered.
    pub requests: u32,
    /// Texts that were looked at.
    pub texts: u32,
    /// Words that were asked about.
    pub words: u32,
}

/// Records a sum. The application stays as it is.
pub fn leaks_checked(application: Held<Application>, sum: LeaksChecked, draft: &mut Draft) {
    if application.state().is_some() {
        let _ = application.record(ApplicationFact::LeaksChecked(sum), draft);
    }
}
