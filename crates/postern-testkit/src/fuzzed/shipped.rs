//! What is shipped: under a genuine encryption, as a restore finds what another release wrote.

use postern_core::ids::TenantId;
use postern_core::kernel::EventHead;
use postern_core::shipped::{ShippedEvents, ShippedKeys, open, seal};
use postern_log::{Tile, TileKind};
use serde::ser::SerializeTuple as _;
use serde::{Serialize, Serializer};

use super::{KEYS, check};

const NAME: &str = "shipped";

/// The first byte says whether events, keys, or something that nobody encrypted.
pub(super) fn shipped(bytes: &[u8]) {
    let [kind, inside @ ..] = bytes else { return };
    match kind % 3 {
        0 => events(inside),
        1 => keys(inside),
        _ => check(open::<ShippedEvents>(&KEYS, NAME, inside).is_none(), "what opens was encrypted"),
    }
}

fn events(inside: &[u8]) {
    let Some(sealed) = seal(&KEYS, NAME, [9; 12], &Raw(inside)) else { return };
    check(open::<ShippedEvents>(&KEYS, "other", &sealed).is_none(), "it opens under its name alone");
    let Some(found) = open::<ShippedEvents>(&KEYS, NAME, &sealed) else { return };
    let again = seal(&KEYS, NAME, [9; 12], &found);
    let again = again.and_then(|again| open::<ShippedEvents>(&KEYS, NAME, &again));
    check(again.as_ref() == Some(&found), "what is shipped reads back");
    let count = found.events.len() as u64;
    let end = found.first.checked_add(count).filter(|end| *end <= 1 << 16);
    let Some(bundle) = end.and_then(|end| Tile::all(TileKind::Entries, end).last()) else { return };
    if !found.fill(&bundle) {
        return;
    }
    check(bundle.range() == (found.first..found.first + count), "a bundle is whole");
    check(!found.fill(&bundle.leaves()), "hashes are no events");
    replayed(found);
}

/// Events of one bundle with right MACs, as a restore replays them.
fn replayed(mut found: ShippedEvents) {
    let heads = found.events.iter().map(|(bytes, _)| EventHead::read(bytes).ok());
    let tenant = heads.flatten().next().map_or(TenantId::new([3; 16]), |head| head.tenant);
    for (bytes, mac) in &mut found.events {
        *mac = KEYS.sealer().event(tenant, bytes).to_vec();
    }
    let (first, end) = (found.first, found.first + found.events.len() as u64);
    let mut altered = found.clone();
    let said: Vec<_> = found.events.iter().map(|(bytes, _)| bytes.clone()).collect();
    match found.genuine(&KEYS, tenant) {
        Err(index) => check((first..end).contains(&index), "the index is one of theirs"),
        Ok(events) => {
            check(events.iter().map(|event| event.index).eq(first..end), "events are numbered without a gap");
            check(events.iter().map(|event| &event.bytes).eq(&said), "events are as they were shipped");
            let own = events.iter().all(|event| event.key.tenant == tenant && event.head.tenant == tenant);
            check(own, "every event is of its log");
            let about = events.iter().all(|event| event.head.object == event.key.to_string());
            check(about, "an event is about what its id says");
        }
    }
    let mac = altered.events.last_mut().and_then(|(_, mac)| mac.last_mut());
    mac.into_iter().for_each(|byte| *byte ^= 1);
    check(altered.genuine(&KEYS, tenant).is_err(), "a MAC counts to its last bit");
}

fn keys(inside: &[u8]) {
    let Some(sealed) = seal(&KEYS, NAME, [9; 12], &Raw(inside)) else { return };
    let Some(found) = open::<ShippedKeys>(&KEYS, NAME, &sealed) else { return };
    let entries = found.clone().entries();
    check(ShippedKeys::of(&entries) == found, "keys read back");
}

/// Bytes as they are, with no length before them.
struct Raw<'a>(&'a [u8]);

impl Serialize for Raw<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(self.0.len())?;
        self.0.iter().try_for_each(|byte| tuple.serialize_element(byte))?;
        tuple.end()
    }
}
