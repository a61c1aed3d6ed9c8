//! Held records: state that a decision may record facts on.

use std::sync::Arc;

use super::event::{Circumstances, write};
use super::{
    Claim, Difference, Draft, DraftEvent, EventHead, Image, Key, Part, Put, Record, Row, Sealer, layout,
};
use crate::Time;

/// A record as a decision holds it: its state now, what the row was, and nothing that writes.
pub struct Held<R> {
    key: Key,
    seen: u64,
    version: u64,
    last: Time,
    /// Shared with the view that it was opened from, until a fact is recorded.
    state: Option<Arc<R>>,
    kept: Vec<(u32, [u8; 32])>,
}

/// A row, claim or head is not as the product left it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the stored {} {key} is not as it was written", .key.kind.name())]
pub struct Tampered {
    /// The record in question.
    pub key: Key,
}

impl<R> Clone for Held<R> {
    fn clone(&self) -> Self {
        Self { state: self.state.clone(), kept: self.kept.clone(), ..*self }
    }
}

impl<R: Record> Held<R> {
    /// A record that does not exist yet, or that ended at `version`.
    #[must_use]
    pub const fn absent(key: Key, version: u64) -> Self {
        Self { key, seen: version, version, last: Time::START, state: None, kept: Vec::new() }
    }

    /// Opens a row: seal, parts, columns and, where the state counts its facts, version must all agree.
    ///
    /// # Errors
    /// [`Tampered`] if any of them does not.
    pub fn open(key: Key, row: Option<&Row>, sealer: &Sealer) -> Result<Self, Tampered> {
        let Some(row) = row else { return Ok(Self::absent(key, 0)) };
        let opened = sealer.open(key, row).ok_or(Tampered { key })?;
        let Some(record) = opened.record else { return Ok(Self::absent(key, row.version)) };
        let mut state: R = layout::read(opened.layout, record).ok_or(Tampered { key })?;
        let mut kept = Vec::with_capacity(row.parts.len());
        for part in &row.parts {
            let seal = <[u8; 32]>::try_from(part.seal.as_slice()).map_err(|_| Tampered { key })?;
            if !state.join_part(part.number, &part.bytes) {
                return Err(Tampered { key });
            }
            kept.push((part.number, seal));
        }
        let columns = state.columns();
        let counted = state.counted().unwrap_or(row.version);
        let due = columns.due.map(Time::millis);
        if columns.state != row.state || due != row.due || counted != row.version {
            return Err(Tampered { key });
        }
        Ok(Self {
            key,
            seen: row.version,
            version: row.version,
            last: opened.last,
            state: Some(Arc::new(state)),
            kept,
        })
    }

    /// The state; `None` if the record does not exist.
    #[must_use]
    pub fn state(&self) -> Option<&R> {
        self.state.as_deref()
    }

    /// The record's key.
    #[must_use]
    pub const fn key(&self) -> Key {
        self.key
    }

    /// How many facts it has by now.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// The version that the row had when it was read.
    #[must_use]
    pub const fn seen(&self) -> u64 {
        self.seen
    }

    /// Time of the last event.
    #[must_use]
    pub const fn last(&self) -> Time {
        self.last
    }

    /// Records a fact: evolves the state, notes the event and the row's new image in `draft`. Consumes the
    /// record, so that no decision goes on with what was before.
    #[must_use]
    pub fn record(mut self, fact: R::Fact, draft: &mut Draft) -> Self {
        let time = draft.context().at.max(self.last);
        self.version += 1;
        self.last = time;
        self.state = R::evolve(self.state.map(Arc::unwrap_or_clone), &fact, time).map(Arc::new);
        let about = Circumstances {
            actor: &draft.context().actor,
            private: draft.context().private.as_deref(),
            time,
        };
        let event = write(self.key, self.version, &fact, &about);
        let image = self.image();
        draft.note(event, self.key, Put { expect: self.seen, version: self.version, image });
        self
    }

    /// Replays an event that was recorded before: evolves the state by its fact and notes the very bytes that
    /// were recorded. What the event only commits to stays a commitment. The caller has checked its MAC.
    ///
    /// # Errors
    /// [`Difference`] if it is not the next event of this record, or not one that this program knows.
    pub fn replay(mut self, event: &EventHead, bytes: &[u8], draft: &mut Draft) -> Result<Self, Difference> {
        let version = self.version + 1;
        if event.version != version {
            return Err(Difference::Gap(version));
        }
        let fact = event.fact::<R::Fact>().map_err(|_| Difference::Unreadable(version))?;
        let fact = fact.ok_or(Difference::Later(version))?;
        self.version = version;
        self.last = event.time;
        let named = |state: Option<&R>| state.map(|state| state.claims(self.key.tenant)).unwrap_or_default();
        let before = named(self.state.as_deref());
        self.state = R::evolve(self.state.map(Arc::unwrap_or_clone), &fact, event.time).map(Arc::new);
        let after = named(self.state.as_deref());
        for place in before.iter().filter(|place| !after.contains(place)) {
            draft.release(*place, self.key);
        }
        for place in after.into_iter().filter(|place| !before.contains(place)) {
            draft.claim(Claim { place, owner: self.key, version, until: None });
        }
        let event = DraftEvent { key: self.key, version, bytes: bytes.to_vec() };
        let image = self.image();
        draft.note(Ok(event), self.key, Put { expect: self.seen, version, image });
        Ok(self)
    }

    /// What the row would be.
    #[must_use]
    pub fn image(&self) -> Option<Image> {
        let state = self.state.as_deref()?;
        let parts = state.part_numbers().into_iter().filter_map(|number| self.part(state, number)).collect();
        let (layout, record) = layout::write(state);
        Some(Image {
            last: self.last,
            layout,
            record,
            parts,
            columns: state.columns(),
            claims: state.claims(self.key.tenant),
        })
    }

    fn part(&self, state: &R, number: u32) -> Option<Part> {
        match self.kept.iter().find(|(kept, _)| *kept == number) {
            Some((number, seal)) => Some(Part::Kept { number: *number, seal: *seal }),
            None => state.part(number).map(|bytes| Part::New { number, bytes }),
        }
    }
}
