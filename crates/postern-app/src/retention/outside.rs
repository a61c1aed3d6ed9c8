//! How far each log is known outside the database: only what is, may be thinned.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use postern_core::ids::TenantId;
use postern_log::Frontier;

/// Sizes of logs that this process has seen anchored, and shipped where events are shipped. Working state: until it is
/// known, nothing is thinned.
#[derive(Default)]
pub(crate) struct Outside(Mutex<Known>);

#[derive(Default)]
struct Known {
    ships: bool,
    anchored: HashMap<TenantId, u64>,
    shipped: HashMap<TenantId, u64>,
    /// What was seen of each log last: it went into the anchor, or on from it at the start.
    seen: HashMap<TenantId, Frontier>,
}

impl Outside {
    /// Whether events are shipped, too.
    pub(crate) fn ships(&self, ships: bool) {
        self.with(|known| known.ships = ships);
    }

    /// The anchor has these logs up to here.
    pub(crate) fn anchored(&self, logs: Vec<(TenantId, Frontier)>) {
        self.with(|known| {
            known.anchored.extend(logs.iter().map(|(tenant, edge)| (*tenant, edge.size())));
            known.seen.extend(logs);
        });
    }

    /// A log is shipped up to a size.
    pub(crate) fn shipped(&self, tenant: TenantId, size: u64) {
        self.with(|known| known.shipped.extend([(tenant, size)]));
    }

    /// A log goes on to here from what the anchor has of it.
    pub(crate) fn goes_on(&self, tenant: TenantId, edge: Frontier) {
        self.with(|known| known.seen.insert(tenant, edge));
    }

    /// What was seen of a log last.
    pub(crate) fn seen(&self, tenant: TenantId) -> Option<Frontier> {
        self.with(|known| known.seen.get(&tenant).cloned())
    }

    /// How many of a log's events are everywhere where they have to be.
    pub(super) fn size(&self, tenant: TenantId) -> u64 {
        self.with(|known| {
            let of = |sizes: &HashMap<TenantId, u64>| sizes.get(&tenant).copied().unwrap_or(0);
            let anchored = of(&known.anchored);
            if known.ships { anchored.min(of(&known.shipped)) } else { anchored }
        })
    }

    fn with<T>(&self, with: impl FnOnce(&mut Known) -> T) -> T {
        with(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_that_is_known_outside_counts() {
        let (outside, one) = (Outside::default(), TenantId::new([1; 16]));
        assert_eq!(outside.size(one), 0);
        let mut edge = Frontier::new();
        (0..600).for_each(|_| edge.append([0; 32]));
        outside.anchored(vec![(one, edge.clone())]);
        assert_eq!((outside.size(one), outside.seen(one)), (600, Some(edge)));
        outside.ships(true);
        assert_eq!(outside.size(one), 0, "it ships, and nothing is known to be there");
        outside.shipped(one, 256);
        assert_eq!(outside.size(one), 256);
        outside.shipped(one, 700);
        assert_eq!(outside.size(one), 600);
        assert_eq!(outside.size(TenantId::new([2; 16])), 0);
    }
}
