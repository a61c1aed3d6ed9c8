//! The sessions of a token that are open: as many as are needed at once, up to a bound.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use postern_core::ports::PublicKeys;

use super::line::Line;
use super::{Token, TokenFault};

/// Sessions in use at once. Tokens have few, and do one thing at a time.
const MOST: usize = 8;
/// How long a caller waits for one.
const PATIENCE: Duration = Duration::from_secs(2);

/// The sessions.
pub(super) struct Lines {
    token: Token,
    public: PublicKeys,
    state: Mutex<State>,
    freed: Condvar,
}

struct State {
    idle: Vec<Line>,
    used: usize,
    /// How often the token's keys were changed: a session of before has not found what is there now.
    changes: u64,
}

impl Lines {
    /// Sessions with the token of this one.
    pub(super) fn new(token: Token, line: Line) -> Self {
        let public = line.public();
        let state = State { idle: vec![line], used: 0, changes: 0 };
        Self { token, public, state: Mutex::new(state), freed: Condvar::new() }
    }

    pub(super) const fn public(&self) -> PublicKeys {
        self.public
    }

    /// Has every session find its keys anew, from the next use on.
    pub(super) fn renew(&self) {
        let mut state = self.state();
        state.changes += 1;
        let stale = std::mem::take(&mut state.idle);
        drop(state);
        drop(stale);
    }

    /// The token.
    pub(super) const fn token(&self) -> &Token {
        &self.token
    }

    /// Works with a session. After a fault none that is open is trusted any more: the next caller begins with a new
    /// one, which is how a token that was away is found again.
    pub(super) fn with<T>(&self, work: impl FnOnce(&Line) -> Result<T, TokenFault>) -> Result<T, TokenFault> {
        let mut place = self.enter()?;
        let worked = self.line(&mut place).and_then(work);
        if worked.is_err() {
            drop(place.line.take());
            let stale = std::mem::take(&mut self.state().idle);
            drop(stale);
        }
        worked
    }

    fn line<'a>(&self, place: &'a mut Place<'_>) -> Result<&'a Line, TokenFault> {
        let line = match place.line.take() {
            Some(line) => line,
            None => Line::open(&self.token, Some(self.public))?,
        };
        Ok(place.line.insert(line))
    }

    fn enter(&self) -> Result<Place<'_>, TokenFault> {
        let full = |state: &mut State| state.used >= MOST;
        let waited = self.freed.wait_timeout_while(self.state(), PATIENCE, full);
        let (mut state, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return Err(TokenFault::Busy);
        }
        state.used += 1;
        Ok(Place { lines: self, changes: state.changes, line: state.idle.pop() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody's place among those who use a session; given back with its session whatever happens.
struct Place<'a> {
    lines: &'a Lines,
    changes: u64,
    line: Option<Line>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.lines.state();
        state.used -= 1;
        let stale = if state.changes == self.changes {
            state.idle.extend(self.line.take());
            None
        } else {
            self.line.take()
        };
        drop(state);
        drop(stale);
        self.lines.freed.notify_one();
    }
}
