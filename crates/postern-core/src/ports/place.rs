//! Places outside the data folder that events are shipped to.

/// Keeps named bytes: a folder on another disk, an object store. Names are paths of letters, digits, `_`, `-` and
/// `.`, made by the product. A call waits for a disk or a network: not on an async thread.
pub trait Place: Send + Sync {
    /// Keeps bytes under a name, whole or not at all, in place of what was there.
    ///
    /// # Errors
    /// [`PlaceFault`]; what was there before may still be there.
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), PlaceFault>;

    /// What is kept under a name.
    ///
    /// # Errors
    /// [`PlaceFault`] if it could not be asked.
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, PlaceFault>;

    /// Names of all that is kept under a path, whole, in no order.
    ///
    /// # Errors
    /// [`PlaceFault`] if it could not be asked.
    fn list(&self, under: &str) -> Result<Vec<String>, PlaceFault>;

    /// Removes what is kept under a name; nothing there is no error.
    ///
    /// # Errors
    /// [`PlaceFault`] if it is still there.
    fn remove(&self, name: &str) -> Result<(), PlaceFault>;
}

/// A place could not be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the place that events are shipped to cannot be used: {0}")]
pub struct PlaceFault(pub String);
