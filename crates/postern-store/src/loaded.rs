//! What a transaction has locked and read, with what settling work changed of it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use postern_core::ids::TenantId;
use postern_core::kernel::{
    Claim, ClaimKey, DraftEvent, Key, KeyringEntry, PartRow, Put, Row, Seal, Sealed, Tally,
};
use postern_core::ports::SealedClaim;

use crate::rows::{ENDED, Reads, Rows, Standing};

/// Something that was not locked and read: the transaction must be begun anew with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Missing {
    Record(Key),
    Place(ClaimKey),
}

/// An event with its MAC, as it goes to the pending ones.
pub(crate) struct PendingEvent {
    pub(crate) key: Key,
    pub(crate) version: u64,
    pub(crate) bytes: Vec<u8>,
    pub(crate) mac: Seal,
}

/// One transaction's records in memory.
#[derive(Default)]
pub(crate) struct Loaded {
    /// What was locked; `None` where there is no row.
    pub(crate) rows: HashMap<Key, Option<Row>>,
    /// Records whose next event the log has already.
    pub(crate) old: HashSet<Key>,
    pub(crate) claims: HashMap<ClaimKey, Option<SealedClaim>>,
    /// The version that each changed record has in the database.
    pub(crate) changed: BTreeMap<Key, u64>,
    pub(crate) new_parts: BTreeMap<(Key, u32), PartRow>,
    pub(crate) gone_parts: BTreeSet<(Key, u32)>,
    pub(crate) released: BTreeSet<ClaimKey>,
    pub(crate) taken: BTreeMap<ClaimKey, (Claim, Seal)>,
    pub(crate) forgotten: BTreeSet<Key>,
    pub(crate) keyring: BTreeMap<Key, Vec<u8>>,
    pub(crate) events: Vec<PendingEvent>,
    pub(crate) tallies: Vec<Tally>,
}

impl Loaded {
    /// Whether anything is to be written.
    pub(crate) fn is_unchanged(&self) -> bool {
        self.changed.is_empty()
    }

    fn parts(&mut self, key: Key, before: Vec<PartRow>, sealed: &Sealed) -> Vec<PartRow> {
        let (mut parts, gone): (Vec<_>, Vec<_>) =
            before.into_iter().partition(|part| sealed.part_numbers.contains(&part.number));
        for part in gone {
            self.new_parts.remove(&(key, part.number));
            self.gone_parts.insert((key, part.number));
        }
        for part in &sealed.new_parts {
            let new = PartRow { number: part.number, bytes: part.bytes.clone(), seal: part.seal.to_vec() };
            parts.retain(|other| other.number != new.number);
            self.gone_parts.remove(&(key, new.number));
            self.new_parts.insert((key, new.number), new.clone());
            parts.push(new);
        }
        parts.sort_by_key(|part| part.number);
        parts
    }
}

impl Reads for Loaded {
    type Fault = Missing;

    fn row(&self, key: Key) -> Result<Option<Row>, Missing> {
        self.rows.get(&key).cloned().ok_or(Missing::Record(key))
    }

    fn claim(&self, place: &ClaimKey) -> Result<Option<SealedClaim>, Missing> {
        self.claims.get(place).cloned().ok_or(Missing::Place(*place))
    }
}

impl Rows for Loaded {
    fn standing(&self, key: Key) -> Result<Standing, Missing> {
        let row = self.rows.get(&key).ok_or(Missing::Record(key))?;
        Ok(Standing { version: row.as_ref().map(|row| row.version), is_old: self.old.contains(&key) })
    }

    /// The sequencer looks at heads; committing does not touch them.
    fn head_is_genuine(&mut self, _tenant: TenantId) -> Result<bool, Missing> {
        Ok(true)
    }

    fn put(&mut self, key: Key, put: &Put, sealed: &Sealed) -> Result<(), Missing> {
        let before = self.rows.remove(&key).ok_or(Missing::Record(key))?;
        self.changed.entry(key).or_insert(put.expect);
        let parts = self.parts(key, before.map(|row| row.parts).unwrap_or_default(), sealed);
        let columns = put.image.as_ref().map(|image| image.columns);
        let row = Row {
            version: put.version,
            body: sealed.body.clone(),
            seal: sealed.seal.to_vec(),
            state: columns.map_or(ENDED, |columns| columns.state).to_owned(),
            due: columns.and_then(|columns| columns.due).map(|due| due.millis()),
            parts,
        };
        self.rows.insert(key, Some(row));
        Ok(())
    }

    fn take(&mut self, claim: &Claim, seal: Seal) -> Result<(), Missing> {
        self.claims.insert(claim.place, Some((*claim, seal.to_vec())));
        self.taken.insert(claim.place, (*claim, seal));
        Ok(())
    }

    fn release(&mut self, place: &ClaimKey) -> Result<(), Missing> {
        self.claims.insert(*place, None);
        self.taken.remove(place);
        self.released.insert(*place);
        Ok(())
    }

    fn forget_key(&mut self, subject: Key) -> Result<(), Missing> {
        self.keyring.remove(&subject);
        self.forgotten.insert(subject);
        Ok(())
    }

    fn keep_key(&mut self, entry: &KeyringEntry) -> Result<(), Missing> {
        self.keyring.insert(entry.subject, entry.wrapped.clone());
        Ok(())
    }

    fn append(&mut self, event: &DraftEvent, mac: Seal) -> Result<(), Missing> {
        let (key, version, bytes) = (event.key, event.version, event.bytes.clone());
        self.events.push(PendingEvent { key, version, bytes, mac });
        Ok(())
    }

    fn tally(&mut self, tallies: &[Tally]) {
        self.tallies.extend_from_slice(tallies);
    }
}

#[cfg(test)]
mod tests {
    use postern_core::kernel::{Kind, SealedPart};

    use super::*;

    fn part(number: u32, bytes: &[u8]) -> SealedPart {
        SealedPart { number, bytes: bytes.to_vec(), seal: [0; 32] }
    }

    #[test]
    fn a_record_keeps_its_parts_but_those_that_end_and_a_new_one_takes_the_place_of_its_number() {
        let key = Key::new(Kind::Subject, TenantId::new([1; 16]), [2; 16]);
        let mut loaded = Loaded::default();
        loaded.rows.insert(key, None);
        let mut put = |expect, part_numbers: &[u32], new_parts| {
            let sealed =
                Sealed { body: Vec::new(), seal: [0; 32], new_parts, part_numbers: part_numbers.to_vec() };
            loaded.put(key, &Put { expect, version: expect + 1, image: None }, &sealed).unwrap();
            let parts = loaded.rows[&key].as_ref().unwrap().parts.iter();
            parts.map(|part| (part.number, part.bytes.clone())).collect::<Vec<_>>()
        };
        let [one, two, three] = [(1, b"1".to_vec()), (2, b"2".to_vec()), (3, b"3".to_vec())];
        assert_eq!(put(0, &[2], vec![part(2, b"2")]), std::slice::from_ref(&two));
        assert_eq!(put(1, &[1, 2], vec![part(1, b"1")]), [one.clone(), two.clone()]);
        assert_eq!(put(2, &[1, 2, 3], vec![part(3, b"3")]), [one, two.clone(), three.clone()]);
        assert_eq!(put(3, &[2, 3], Vec::new()), [two, three.clone()]);
        let other = (2, b"other".to_vec());
        assert_eq!(put(4, &[2, 3], vec![part(2, b"other")]), [other, three]);
        assert_eq!(loaded.gone_parts, BTreeSet::from([(key, 1)]));
        assert_eq!(loaded.new_parts.keys().map(|(_, number)| *number).collect::<Vec<_>>(), [2, 3]);
    }
}
