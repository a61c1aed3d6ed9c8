//! The sessions of a token that are open: as many as are needed at once, up to a bound.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use postern_core::ports::PublicKeys;

use super::line::{Line, session};
use super::module::Open;
use super::{Token, TokenFault};

/// Sessions in use at once. Tokens have few, and do one thing at a time.
const MOST: usize = 8;
/// How long a caller waits for one, and who changes the token for all of them.
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
    /// Somebody changes the token's keys, and nobody uses them meanwhile.
    changing: bool,
    /// How often the token's keys were changed: a session of before has not found what is there now.
    changes: u64,
}

impl Lines {
    /// Sessions with the token of this one.
    pub(super) fn new(token: Token, line: Line) -> Self {
        let public = line.public();
        let state = State { idle: vec![line], used: 0, changing: false, changes: 0 };
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

    /// Changes the token's keys by a session that may, alone: a token that keeps its objects in files refuses a new one
    /// now and then while others look for theirs (SoftHSM: one try in ten, under load). Only the token of the start is
    /// changed: a session with it finds the same public keys.
    pub(super) fn change<T>(
        &self,
        work: impl FnOnce(&Open) -> Result<T, TokenFault>,
    ) -> Result<T, TokenFault> {
        let _alone = self.alone()?;
        let _same = Line::open(&self.token, Some(self.public))?;
        work(&session(&self.token, true)?)
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
        let mut state = self.wait(self.state(), |state| state.changing || state.used >= MOST)?;
        state.used += 1;
        Ok(Place { lines: self, changes: state.changes, line: state.idle.pop() })
    }

    /// Keeps others out, then waits for those who are in.
    fn alone(&self) -> Result<Alone<'_>, TokenFault> {
        let mut state = self.wait(self.state(), |state| state.changing)?;
        state.changing = true;
        let alone = Alone(self);
        drop(self.wait(state, |state| state.used > 0)?);
        self.renew();
        Ok(alone)
    }

    fn wait<'a>(
        &self,
        state: MutexGuard<'a, State>,
        mut still: impl FnMut(&mut State) -> bool,
    ) -> Result<MutexGuard<'a, State>, TokenFault> {
        let waited = self.freed.wait_timeout_while(state, PATIENCE, &mut still);
        let (state, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() { Err(TokenFault::Busy) } else { Ok(state) }
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
        self.lines.freed.notify_all();
    }
}

/// Who changes the token's keys; lets the others in whatever happens.
struct Alone<'a>(&'a Lines);

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        self.0.state().changing = false;
        self.0.freed.notify_all();
    }
}
