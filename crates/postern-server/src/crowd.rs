//! How many of each: places per key, given back when their guard is dropped.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// Counts by key, bounded by what is counted: a key without a guard is not kept.
pub(crate) struct Crowd<K> {
    most: usize,
    counts: Mutex<HashMap<K, usize>>,
}

/// One place; dropped, it is free again.
pub(crate) struct Place<K: Eq + Hash> {
    crowd: Arc<Crowd<K>>,
    key: Option<K>,
}

impl<K: Eq + Hash + Clone> Crowd<K> {
    /// At most so many of each.
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, counts: Mutex::new(HashMap::new()) })
    }

    /// A place, if the key has one left.
    pub(crate) fn enter(self: &Arc<Self>, key: K) -> Option<Place<K>> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(key.clone()).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Place { crowd: Arc::clone(self), key: Some(key) })
    }
}

impl<K: Eq + Hash> Drop for Place<K> {
    fn drop(&mut self) {
        let Some(key) = self.key.take() else { return };
        let mut counts = self.crowd.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&key) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_given_back_and_an_empty_key_forgotten() {
        let crowd = Crowd::new(2);
        let (first, second) = (crowd.enter('a').unwrap(), crowd.enter('a').unwrap());
        assert!(crowd.enter('a').is_none());
        assert!(crowd.enter('b').is_some());
        drop(first);
        assert!(crowd.enter('a').is_some());
        drop(second);
        assert!(crowd.counts.lock().unwrap().is_empty());
    }
}
