//! Who is worked for: places of each application, and turns that all share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use postern_core::ids::ApplicationId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Requests that are worked on at once.
const AT_ONCE: usize = 4;
/// Requests that one application has open at once: waiting for its turn, or for the rest of its body.
const OPEN: usize = 8;

/// Working state, on each node for itself.
pub(super) struct Turns {
    all: Arc<Semaphore>,
    open: Arc<Mutex<HashMap<ApplicationId, usize>>>,
}

impl Default for Turns {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(AT_ONCE)), open: Arc::default() }
    }
}

impl Turns {
    /// A place of the application, if it has one left. It is held while a body is read, which takes as long as its sender
    /// likes: nobody else waits for that.
    pub(super) fn place(&self, application: ApplicationId) -> Option<Place> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let held = open.entry(application).or_default();
        (*held < OPEN).then(|| {
            *held += 1;
            Place { application, all: Arc::clone(&self.all), open: Arc::clone(&self.open) }
        })
    }
}

/// A place, until it is dropped.
pub(super) struct Place {
    application: ApplicationId,
    all: Arc<Semaphore>,
    open: Arc<Mutex<HashMap<ApplicationId, usize>>>,
}

impl Place {
    /// Waits for a turn: those who wait are served in the order in which they came. None if there are no more turns at all.
    pub(super) async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.all).acquire_owned().await.ok()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = open.get_mut(&self.application) {
            *held -= 1;
            if *held == 0 {
                open.remove(&self.application);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AT_ONCE, OPEN, Turns};
    use futures_util::FutureExt as _;
    use postern_core::ids::ApplicationId;

    #[tokio::test]
    async fn who_holds_every_place_of_its_own_holds_up_nobody_else() {
        let (turns, one, other) =
            (Turns::default(), ApplicationId::new([1; 16]), ApplicationId::new([2; 16]));
        let held: Vec<_> = (0..OPEN).map(|_| turns.place(one).unwrap()).collect();
        assert!(turns.place(one).is_none());
        let place = turns.place(other).unwrap();
        assert!(place.turn().await.is_some());
        drop(held);
        assert!(turns.place(one).is_some());
    }

    #[tokio::test]
    async fn a_turn_is_waited_for() {
        let turns = Turns::default();
        let place = turns.place(ApplicationId::new([1; 16])).unwrap();
        let mut held = Vec::new();
        for _ in 0..AT_ONCE {
            held.push(place.turn().await.unwrap());
        }
        let mut next = std::pin::pin!(place.turn());
        assert!(next.as_mut().now_or_never().is_none());
        held.pop();
        assert!(next.await.is_some());
    }
}
