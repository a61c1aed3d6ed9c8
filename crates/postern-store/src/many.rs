//! Many new records at once, in memory: decided and sealed as any others. Databases are filled with them for measuring;
//! nothing of the service calls it.

use postern_core::kernel::{Draft, Held, Key, Record, Sealer, Tampered};

use crate::loaded::Loaded;
use crate::settle::apply;

/// New records of one tenant, in memory.
pub struct Many {
    sealer: Sealer,
    loaded: Loaded,
}

impl Many {
    /// None yet.
    #[must_use]
    pub fn new(sealer: Sealer) -> Self {
        Self { sealer, loaded: Loaded::default() }
    }

    /// Adds what was decided. A record that was not added before is new: its first event is version 1.
    pub fn add(&mut self, draft: &Draft) {
        for key in draft.puts().keys() {
            self.loaded.rows.entry(*key).or_default();
        }
        // Nothing is missing: every record of the draft is there since the line above.
        let _ = apply(&mut self.loaded, draft, &self.sealer);
    }

    /// A record as it is after what was added.
    ///
    /// # Errors
    /// [`Tampered`] if it does not open with the sealer that it was sealed with.
    pub fn held<R: Record>(&self, key: Key) -> Result<Held<R>, Tampered> {
        Held::open(key, self.loaded.rows.get(&key).and_then(Option::as_ref), &self.sealer)
    }

    /// How many records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.loaded.changed.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.loaded.is_unchanged()
    }

    pub(crate) const fn loaded(&self) -> &Loaded {
        &self.loaded
    }
}
