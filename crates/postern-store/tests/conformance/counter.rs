//! A record that does whatever a case needs: it counts, has parts, takes a place, is due, ends.

use postern_core::Time;
use postern_core::ids::TenantId;
use postern_core::kernel::{ClaimKey, Columns, Fact, FactFault, Kind, Record, Space};
use serde::{Deserialize, Serialize};

/// The record. It lives in the prover's table.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Counter {
    pub(crate) sum: u64,
    pub(crate) is_quiet: bool,
    pub(crate) due: Option<Time>,
    pub(crate) place: Option<[u8; 32]>,
    pub(crate) numbers: Vec<u32>,
    #[serde(skip)]
    pub(crate) parts: Vec<(u32, Vec<u8>)>,
}

/// What may happen to it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) enum Counted {
    Added(u64),
    Quieted,
    Due(Time),
    Placed([u8; 32]),
    PartAdded(u32, Vec<u8>),
    PartDropped(u32),
    Ended,
}

impl Fact for Counted {
    fn name(&self) -> &'static str {
        "counter.counted"
    }

    fn to_json(&self) -> Result<Vec<u8>, FactFault> {
        serde_json::to_vec(self).map_err(FactFault::from)
    }

    fn from_json(name: &str, _version: u16, payload: &str) -> Result<Option<Self>, FactFault> {
        if name != "counter.counted" {
            return Ok(None);
        }
        serde_json::from_str(payload).map(Some).map_err(FactFault::from)
    }
}

impl Record for Counter {
    type Fact = Counted;
    const KIND: Kind = Kind::Prover;

    fn evolve(before: Option<Self>, fact: &Counted, _at: Time) -> Option<Self> {
        let mut counter = before.unwrap_or_default();
        match fact {
            Counted::Added(more) => counter.sum += more,
            Counted::Quieted => counter.is_quiet = true,
            Counted::Due(due) => counter.due = Some(*due),
            Counted::Placed(place) => counter.place = Some(*place),
            Counted::PartAdded(number, bytes) => counter.parts.push((*number, bytes.clone())),
            Counted::PartDropped(gone) => counter.parts.retain(|(number, _)| number != gone),
            Counted::Ended => return None,
        }
        counter.numbers = counter.parts.iter().map(|(number, _)| *number).collect();
        Some(counter)
    }

    fn columns(&self) -> Columns {
        Columns { state: if self.is_quiet { "quiet" } else { "counting" }, due: self.due }
    }

    fn claims(&self, tenant: TenantId) -> Vec<ClaimKey> {
        self.place.iter().map(|key| ClaimKey { tenant, space: Space::ExternalId, key: *key }).collect()
    }

    fn part_numbers(&self) -> Vec<u32> {
        self.numbers.clone()
    }

    fn part(&self, number: u32) -> Option<Vec<u8>> {
        self.parts.iter().find(|(of, _)| *of == number).map(|(_, bytes)| bytes.clone())
    }

    fn join_part(&mut self, number: u32, bytes: &[u8]) -> bool {
        let fits = self.numbers.get(self.parts.len()) == Some(&number);
        self.parts.push((number, bytes.to_vec()));
        fits
    }
}
