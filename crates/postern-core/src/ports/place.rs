//! Places outside the data folder that events are shipped to.

use crate::Time;

/// Keeps named bytes: a folder on another disk, an object store. Names are paths of letters, digits, `_`, `-` and
/// `.`, made by the product. A call waits for a disk or a network: not on an async thread.
pub trait Place: Send + Sync {
    /// Keeps bytes under a name, whole or not at all. What is there already stays as it is.
    ///
    /// # Errors
    /// [`PlaceFault`]; the bytes may have been kept all the same.
    fn put(&self, name: &str, bytes: &[u8]) -> Result<Put, PlaceFault>;

    /// What is kept under a name.
    ///
    /// # Errors
    /// [`PlaceFault`] if it could not be asked.
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, PlaceFault>;

    /// Names of what is kept under a path, whole, in no order. A place that gives nothing up may leave out a bundle of
    /// which it has a wider one.
    ///
    /// # Errors
    /// [`PlaceFault`] if it could not be asked.
    fn list(&self, under: &str) -> Result<Vec<String>, PlaceFault>;

    /// Removes what is kept under a name; nothing there is no error. A place that gives nothing up may keep it, and
    /// removes by itself what is too old.
    ///
    /// # Errors
    /// [`PlaceFault`] if it should not be there any more, and is.
    fn remove(&self, name: &str) -> Result<(), PlaceFault>;

    /// Whether it removes what it is asked to remove: otherwise nobody need look for what is too old.
    fn gives_up(&self) -> bool {
        true
    }

    /// Clears away what writers that ended in the middle left unfinished before `before`. Where nothing unfinished can be
    /// seen, there is nothing to do.
    ///
    /// # Errors
    /// [`PlaceFault`] if something may be left.
    fn clear_unfinished(&self, before: Time) -> Result<(), PlaceFault> {
        let _ = before;
        Ok(())
    }
}

/// What became of bytes that were to be kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Put {
    /// They are kept.
    Kept,
    /// Something was there under this name: by another node, or by a call whose answer was lost.
    WasThere,
}

/// A place could not be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the place that events are shipped to cannot be used: {0}")]
pub struct PlaceFault(pub String);
