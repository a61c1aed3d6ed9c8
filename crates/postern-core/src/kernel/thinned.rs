//! What is left of an event whose bytes were let go: its place, its leaf, and a MAC over both.

use postern_log::{Hash, TILE_WIDTH, leaf_hash};

use super::{Key, Sealer, StoredEvent};
use crate::ids::TenantId;

/// An event without its bytes. Its leaf still stands in the tree, its version in its record's history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ThinnedEvent {
    /// Place in the tenant's log, from 0.
    pub index: u64,
    /// The record it was about.
    pub key: Key,
    /// The record's version after it.
    pub version: u64,
    /// Leaf hash of its bytes, 32 bytes; of whatever length until its MAC was checked.
    pub leaf: Vec<u8>,
    /// MAC under the event key over everything above, not yet checked.
    pub mac: Vec<u8>,
}

/// A whole entry bundle that is to be thinned: 256 events of one log, from a bundle's first place on. There is no other
/// way to thin, so that a bundle is either there or not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ThinnedBundle {
    tenant: TenantId,
    first: u64,
    events: Vec<ThinnedEvent>,
    kept: Vec<StoredEvent>,
}

impl ThinnedBundle {
    /// What is left of a bundle's events; `None` if they are not a whole bundle of one log, or one of them is not as it
    /// was written. Events that a row still `needs` are kept beside it with their bytes.
    #[must_use]
    pub fn of(sealer: &Sealer, events: &[StoredEvent], needs: impl Fn(&StoredEvent) -> bool) -> Option<Self> {
        let (tenant, first) = events.first().map(|event| (event.key.tenant, event.index))?;
        let whole = events.len() as u64 == TILE_WIDTH && first.is_multiple_of(TILE_WIDTH);
        let fits = |(index, event): (u64, &StoredEvent)| {
            event.index == index
                && event.key.tenant == tenant
                && sealer.event_is_genuine(tenant, &event.bytes, &event.mac)
        };
        if !whole || !(first..).zip(events).all(fits) {
            return None;
        }
        let thinned = |event: &StoredEvent| {
            let leaf = leaf_hash(&event.bytes);
            let mac = sealer.thinned(event.index, event.key, event.version, &leaf).to_vec();
            let StoredEvent { index, key, version, .. } = *event;
            ThinnedEvent { index, key, version, leaf: leaf.to_vec(), mac }
        };
        let kept = events.iter().filter(|event| needs(event)).cloned().collect();
        Some(Self { tenant, first, events: events.iter().map(thinned).collect(), kept })
    }

    /// Whose log it is of.
    #[must_use]
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The index of its first event.
    #[must_use]
    pub const fn first(&self) -> u64 {
        self.first
    }

    /// What is left, in log order.
    #[must_use]
    pub fn events(&self) -> &[ThinnedEvent] {
        &self.events
    }

    /// Events that stay beside it with their bytes.
    #[must_use]
    pub fn kept(&self) -> &[StoredEvent] {
        &self.kept
    }
}

impl ThinnedEvent {
    /// Its leaf, if it is as it was written.
    #[must_use]
    pub fn genuine(&self, sealer: &Sealer) -> Option<Hash> {
        let leaf = Hash::try_from(self.leaf.as_slice()).ok()?;
        sealer.thinned_is_genuine(self, &leaf).then_some(leaf)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Kind;

    fn events(sealer: &Sealer, first: u64, count: u64) -> Vec<StoredEvent> {
        let tenant = TenantId::new([1; 16]);
        let event = |index: u64| {
            let bytes = format!("{{\"n\":{index}}}").into_bytes();
            let mac = sealer.event(tenant, &bytes).to_vec();
            StoredEvent {
                index,
                key: Key::new(Kind::Subject, tenant, [2; 16]),
                version: index + 1,
                bytes,
                mac,
            }
        };
        (first..first + count).map(event).collect()
    }

    #[test]
    fn only_a_whole_bundle_as_it_was_written_is_thinned() {
        let sealer = Sealer::new(&[3; 32], &[4; 32]);
        let whole = events(&sealer, 256, 256);
        let bundle = ThinnedBundle::of(&sealer, &whole, |event| event.index == 300).unwrap();
        assert_eq!((bundle.first(), bundle.events().len()), (256, 256));
        assert_eq!(bundle.kept(), &whole[44..45]);
        assert_eq!(bundle.events()[7].genuine(&sealer), Some(leaf_hash(&whole[7].bytes)));
        for (first, count) in [(256, 255), (0, 0), (1, 256), (255, 256), (0, 257)] {
            assert_eq!(
                ThinnedBundle::of(&sealer, &events(&sealer, first, count), |_| false),
                None,
                "{first} {count}"
            );
        }
        let mut gap = whole.clone();
        gap[9].index += 1;
        let mut forged = whole.clone();
        forged[9].bytes.push(b' ');
        let mut foreign = whole;
        foreign[9].key.tenant = TenantId::new([5; 16]);
        for wrong in [gap, forged, foreign] {
            assert_eq!(ThinnedBundle::of(&sealer, &wrong, |_| false), None);
        }
    }

    #[test]
    fn what_is_left_has_a_mac_over_all_of_it() {
        let sealer = Sealer::new(&[3; 32], &[4; 32]);
        let bundle = ThinnedBundle::of(&sealer, &events(&sealer, 0, 256), |_| false).unwrap();
        let left = bundle.events()[0].clone();
        assert!(left.genuine(&sealer).is_some());
        let alterations: [fn(&mut ThinnedEvent); 7] = [
            |event| event.index += 1,
            |event| event.version += 1,
            |event| event.key.id[0] ^= 1,
            |event| event.key.kind = Kind::Bucket,
            |event| event.key.tenant = TenantId::new([9; 16]),
            |event| event.leaf[0] ^= 1,
            |event| event.leaf.truncate(31),
        ];
        for alter in alterations {
            let mut altered = left.clone();
            alter(&mut altered);
            assert_eq!(altered.genuine(&sealer), None, "{altered:?}");
        }
        let other = Sealer::new(&[3; 32], &[6; 32]);
        assert_eq!(left.genuine(&other), None);
    }
}
