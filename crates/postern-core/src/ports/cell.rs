//! One value outside this process that is changed by compare-and-swap.

/// Keeps some bytes: a file, an object of a store, a resource of another host. A call waits for a disk or a network:
/// not on an async thread.
pub trait Cell: Send + Sync {
    /// Where it is, for messages.
    fn place(&self) -> String;

    /// What is kept, if anything is.
    ///
    /// # Errors
    /// [`CellFault`]
    fn read(&self) -> Result<Option<CellValue>, CellFault>;

    /// Keeps `to` if what is kept is still `from`: whether it did.
    ///
    /// # Errors
    /// [`CellFault`]. After [`CellFault::Away`] it may have been kept all the same: read again.
    fn swap(&self, from: Option<&CellValue>, to: &[u8]) -> Result<bool, CellFault>;
}

/// What a cell keeps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CellValue {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// What tells this value from others: an entity tag (RFC 9110 §8.8.3) where it is asked over HTTP.
    pub tag: String,
}

/// A cell could not be read or written.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CellFault {
    /// It did not answer, or answered that it cannot now: the next time may be another.
    #[error("{0}")]
    Away(String),
    /// It does not let us.
    #[error("{0}")]
    Denied(String),
    /// It keeps what is there: the new value would go backwards.
    #[error("{0}")]
    Kept(String),
}
