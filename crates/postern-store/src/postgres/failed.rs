//! Why a transaction came to nothing, and whether trying again helps.

use tokio_postgres::Error;
use tokio_postgres::error::{DbError, Severity, SqlState};

use super::connect::{Unreachable, said};

/// Why a batch has no ends.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failed {
    /// It was rolled back; the same again may well succeed.
    #[error("rolled back, to be tried again: {}", said(.0))]
    Again(Error),
    /// It was rolled back, and would be again.
    #[error("rolled back: {}", said(.0))]
    NothingDone(Error),
    /// There is no connection.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// The clocks of this node and of the database differ.
    #[error("this machine's clock and the database's differ by {0} ms: nothing was written")]
    Clocks(u64),
    /// The commit was sent and no answer came: it may or may not be there.
    #[error("a commit was not answered: {}", said(.0))]
    Unknown(Error),
    /// A commit that was not answered is still going on.
    #[error("a commit that was not answered is still going on")]
    Unfinished,
    /// The database said that the commit is not on every disk it should be on.
    #[error("a commit is not durable as configured: the database stopped waiting for its standby")]
    NotDurable,
}

/// An error before the commit was sent.
pub(super) fn before_commit(error: Error) -> Failed {
    if may_succeed(&error) { Failed::Again(error) } else { Failed::NothingDone(error) }
}

/// An error after the commit was sent. The database's own answer says that it was rolled back, unless the database ends with
/// it: a commit that is in its log comes back with the server.
pub(super) fn at_commit(error: Error) -> Failed {
    let severity = error.as_db_error().and_then(DbError::parsed_severity);
    match error.code() {
        Some(code) if !says_unknown(code) && severity == Some(Severity::Error) => before_commit(error),
        _ => Failed::Unknown(error),
    }
}

/// Whether whoever answered takes no writes: it is, or became, a standby.
pub(super) fn is_of_a_standby(failed: &Failed) -> bool {
    let Failed::Again(error) = failed else { return false };
    error.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION)
}

/// Whether another had put a row, a place or an event there first. Once the others are done it is seen.
pub(super) fn is_collision(error: &Error) -> bool {
    error.code() == Some(&SqlState::UNIQUE_VIOLATION)
}

fn says_unknown(code: &SqlState) -> bool {
    code.code().starts_with("08") || code.code().starts_with("57P")
}

/// Serialisation, deadlock, a lock that was waited for too long, a row that another put there first, a lost
/// connection.
fn may_succeed(error: &Error) -> bool {
    match error.code() {
        Some(code) => {
            [
                SqlState::T_R_SERIALIZATION_FAILURE,
                SqlState::T_R_DEADLOCK_DETECTED,
                SqlState::LOCK_NOT_AVAILABLE,
                SqlState::UNIQUE_VIOLATION,
                SqlState::READ_ONLY_SQL_TRANSACTION,
                SqlState::TOO_MANY_CONNECTIONS,
            ]
            .contains(code)
                || says_unknown(code)
        }
        None => true,
    }
}
