//! Lanes: how much may wait on one subject, so that a flood cannot make its owner wait.
//!
//! Of 32 places eight are for known devices and accepted proofs; one source has at most four. Who finds no
//! place is told at once to come again. Working state.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use postern_core::encoding::Fixed;
use postern_core::kernel::Key;
use postern_core::throttle::Class;

/// Places of a lane.
const PLACES: usize = 32;
/// Places that unknown sources may take.
const FOR_UNKNOWN: usize = 24;
/// Places that one source may take.
const PER_SOURCE: usize = 4;

#[derive(Default)]
struct Lane {
    inside: Vec<(Class, Fixed<8>)>,
}

/// All lanes in use.
#[derive(Default, Clone)]
pub(crate) struct Lanes(Arc<Mutex<HashMap<Key, Lane>>>);

/// A place in a lane, given back when dropped.
pub(crate) struct Place {
    lanes: Lanes,
    key: Key,
    who: (Class, Fixed<8>),
}

impl Lanes {
    /// Takes a place; `None` if there is none for this class and source.
    pub(crate) fn enter(&self, key: Key, class: Class, source: Fixed<8>) -> Option<Place> {
        let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = lanes.entry(key).or_default();
        let unknown = lane.inside.iter().filter(|(inside, _)| *inside == Class::Unknown).count();
        let here = lane.inside.iter().filter(|(_, inside)| *inside == source).count();
        let full = lane.inside.len() >= PLACES
            || here >= PER_SOURCE
            || (class == Class::Unknown && unknown >= FOR_UNKNOWN);
        if full {
            return None;
        }
        lane.inside.push((class, source));
        Some(Place { lanes: self.clone(), key, who: (class, source) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut lanes = self.lanes.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(lane) = lanes.get_mut(&self.key) else { return };
        if let Some(mine) = lane.inside.iter().position(|who| *who == self.who) {
            lane.inside.swap_remove(mine);
        }
        if lane.inside.is_empty() {
            lanes.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use postern_core::ids::TenantId;

    use super::*;

    #[test]
    fn strangers_leave_places_for_known_devices_and_give_theirs_back() {
        let (lanes, key) = (Lanes::default(), Key::tenant(TenantId::new([1; 16])));
        let strangers: Vec<_> =
            (0..200u8).filter_map(|n| lanes.enter(key, Class::Unknown, Fixed([n / 4; 8]))).collect();
        assert_eq!(strangers.len(), FOR_UNKNOWN);
        let owner: Vec<_> =
            (100..200u8).filter_map(|n| lanes.enter(key, Class::Known, Fixed([n; 8]))).collect();
        assert_eq!(owner.len(), PLACES - FOR_UNKNOWN);
        drop((strangers, owner));
        assert!(lanes.0.lock().unwrap().is_empty());
    }

    #[test]
    fn one_source_has_four_places() {
        let (lanes, key) = (Lanes::default(), Key::tenant(TenantId::new([1; 16])));
        let held: Vec<_> = (0..9).filter_map(|_| lanes.enter(key, Class::Unknown, Fixed([7; 8]))).collect();
        assert_eq!(held.len(), PER_SOURCE);
    }
}
