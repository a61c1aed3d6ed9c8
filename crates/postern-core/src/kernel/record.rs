//! Records: state that only facts change.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{ClaimKey, Columns, Fact, Kind};
use crate::Time;
use crate::ids::TenantId;

/// One kind of recorded state. Its row is what serde writes of it in `postcard`'s compact form, so fields
/// are only ever appended, with a new layout ([`Record::ADDED`], `docs/how-to/add-a-fact-version.md`).
pub trait Record: Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// What may happen to it.
    type Fact: Fact;

    /// Which kind it is.
    const KIND: Kind;

    /// How many fields each layout after the first has added at the record's end. Such a field is a number, a
    /// flag, a list or an option, whose value in an older row is zero, `false`, empty or none.
    const ADDED: &'static [usize] = &[];

    /// The oldest layout that says all there is to say of this state: what uses nothing new is written as the
    /// release before wrote it, and read by it.
    fn layout(&self) -> u8 {
        1
    }

    /// The state after `fact`. `None` ends the record: a tombstone keeps its version. A fact that does not
    /// apply to the state leaves it as it is.
    fn evolve(before: Option<Self>, fact: &Self::Fact, at: Time) -> Option<Self>;

    /// What lists query.
    fn columns(&self) -> Columns;

    /// The places that this record holds for as long as it names them. A record that is reached through a
    /// claim must name it.
    fn claims(&self, _tenant: TenantId) -> Vec<ClaimKey> {
        Vec::new()
    }

    /// The version of an event whose bytes the record needs now: they stay when the log is thinned.
    fn needed_event(&self) -> Option<u64> {
        None
    }

    /// Whether personal data in its events is encrypted under a key of its own, which must be in the keyring.
    fn has_own_key(&self) -> bool {
        false
    }

    /// Numbers of the write-once parts that belong to the state now.
    fn part_numbers(&self) -> Vec<u32> {
        Vec::new()
    }

    /// The bytes of one part.
    fn part(&self, _number: u32) -> Option<Vec<u8>> {
        None
    }

    /// Gives the state back a part that was stored apart from its body; `false` if the bytes do not fit.
    fn join_part(&mut self, _number: u32, _bytes: &[u8]) -> bool {
        false
    }

    /// The record's own idea of its version, where the state counts its facts; checked against the row.
    fn counted(&self) -> Option<u64> {
        None
    }
}
