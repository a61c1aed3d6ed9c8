//! Replay: the state that a record's events make, and how a row differs from it.

use super::{EventHead, Held, Record};
use crate::Time;

/// A record as its events make it.
#[derive(Clone, PartialEq, Debug)]
pub struct Replayed<R> {
    /// The state; secrets in it are commitments.
    pub state: Option<R>,
    /// How many events made it.
    pub version: u64,
    /// Time of the last one.
    pub last: Time,
}

/// How a row or its history is wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Difference {
    /// An event is missing or doubled.
    #[error("its events have a gap before version {0}")]
    Gap(u64),
    /// A payload does not fit its type.
    #[error("its event {0} cannot be read")]
    Unreadable(u64),
    /// An event of a type or version that this program does not know.
    #[error("its event {0} is of a later release: verify with that release")]
    Later(u64),
    /// The row has another version than its history.
    #[error("its row has version {row}, its events make {events}")]
    Version {
        /// In the row.
        row: u64,
        /// By the events.
        events: u64,
    },
    /// The row says something else than its history.
    #[error("its row differs from what its events make")]
    State,
}

/// Folds a record's events, in order of version.
///
/// # Errors
/// [`Difference`] if they are not a whole history.
pub fn replay<R: Record>(events: impl IntoIterator<Item = EventHead>) -> Result<Replayed<R>, Difference> {
    let mut replayed = Replayed { state: None, version: 0, last: Time::START };
    for event in events {
        let version = replayed.version + 1;
        if event.version != version {
            return Err(Difference::Gap(version));
        }
        let fact = event.fact::<R::Fact>().map_err(|_| Difference::Unreadable(version))?;
        let fact = fact.ok_or(Difference::Later(version))?;
        let state = R::evolve(replayed.state.take(), &fact, event.time);
        replayed = Replayed { state, version, last: event.time };
    }
    Ok(replayed)
}

impl<R: Record> Replayed<R> {
    /// How a row differs from its history.
    ///
    /// # Errors
    /// [`Difference`] if it does.
    pub fn compare(&self, row: &Held<R>) -> Result<(), Difference> {
        if row.version() != self.version {
            return Err(Difference::Version { row: row.version(), events: self.version });
        }
        let alike = row.state() == self.state.as_ref() && (row.last() == self.last || self.state.is_none());
        if alike { Ok(()) } else { Err(Difference::State) }
    }
}
