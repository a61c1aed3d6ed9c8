//! Turns at what few may do at once: all together, one address, and the proxies apart.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::peer::one_place;

/// Of all turns, one address has at most one in so many.
const SHARE: usize = 4;

/// Turns at what few may do at once. Who finds none waits.
pub(crate) struct Turns {
    most: usize,
    all: Arc<Semaphore>,
    /// Those of proxies, so that nobody else keeps them out.
    proxies: Arc<Semaphore>,
    /// An address is forgotten when it has no turn and waits for none.
    by_address: Mutex<HashMap<IpAddr, Weak<Semaphore>>>,
}

/// One turn; dropped, it is free again. Closed semaphores would give none, and these are never closed.
pub(crate) type Turn = [Option<OwnedSemaphorePermit>; 2];

impl Turns {
    /// At most so many at once.
    pub(crate) fn new(most: usize) -> Self {
        let most = most.clamp(1, Semaphore::MAX_PERMITS);
        let places = || Arc::new(Semaphore::new(most));
        Self { most, all: places(), proxies: places(), by_address: Mutex::default() }
    }

    /// A turn, when there is one.
    pub(crate) async fn turn(&self, address: Option<IpAddr>, is_proxy: bool) -> Turn {
        if is_proxy {
            return [Arc::clone(&self.proxies).acquire_owned().await.ok(), None];
        }
        // First one's own: who waits there keeps nobody else waiting.
        let own = match address {
            Some(address) => self.of(one_place(address)).acquire_owned().await.ok(),
            None => None,
        };
        [Arc::clone(&self.all).acquire_owned().await.ok(), own]
    }

    /// The turns of one address.
    fn of(&self, address: IpAddr) -> Arc<Semaphore> {
        let mut by_address = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = by_address.get(&address).and_then(Weak::upgrade) {
            return own;
        }
        // Their number is bounded by that of the connections.
        by_address.retain(|_, own| own.strong_count() > 0);
        let own = Arc::new(Semaphore::new((self.most / SHARE).max(1)));
        by_address.insert(address, Arc::downgrade(&own));
        own
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn now<T>(future: impl Future<Output = T>) -> Option<T> {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => Some(value),
            Poll::Pending => None,
        }
    }

    #[test]
    fn one_address_has_its_share_and_proxies_have_their_own() {
        let turns = Turns::new(8);
        let at = |text: &str| Some(text.parse::<IpAddr>().unwrap());
        let mut held = Vec::new();
        for address in ["192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1"] {
            let more = || now(turns.turn(at(address), false));
            held.extend([more().unwrap(), more().unwrap()]);
            assert!(more().is_none(), "{address} had a third");
        }
        assert!(now(turns.turn(at("192.0.2.9"), false)).is_none(), "more than all");
        assert!(now(turns.turn(at("192.0.2.1"), true)).is_some(), "a proxy was kept out");
        held.truncate(6);
        assert!(now(turns.turn(at("2001:db8::2"), false)).is_some(), "a turn did not come back");
        let _ = now(turns.turn(at("192.0.2.9"), false));
        assert_eq!(turns.by_address.lock().unwrap().len(), 4, "an address without a turn is kept");
    }
}
