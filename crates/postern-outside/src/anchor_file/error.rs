//! Why an anchor was not read or written, and what to do about it.

use std::path::PathBuf;

use postern_core::ports::CellFault;
use postern_log::Shrunk;

use crate::FileFault;

/// An anchor was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum AnchorError {
    /// The file itself.
    #[error(transparent)]
    File(FileFault),
    /// There is none.
    #[error(
        "there is no anchor {path}: without it nobody can tell whether the database was set back; check the \
         path, or put the newest copy of the anchor back"
    )]
    Missing {
        /// Where it should be.
        path: String,
    },
    /// What is in it.
    #[error("the anchor {path} is damaged ({fault}): put the newest copy of it back")]
    Damaged {
        /// Where it is.
        path: String,
        /// What is wrong with it.
        #[source]
        fault: postern_log::AnchorError,
    },
    /// Another process on this host holds it.
    #[error("another process on this host holds the anchor {path}: stop that one first")]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// Another instance has taken over.
    #[error(
        "another instance has taken over the anchor (epoch {epoch}): this one must stop; start it again if it is the one to go on"
    )]
    Overtaken {
        /// The epoch found.
        epoch: u64,
    },
    /// A log would go backwards.
    #[error("{0}: the database was set back, or is another one; stop, and put the newest data folder back")]
    Backwards(#[from] Shrunk),
    /// The anchor to be written is of another epoch than the one held.
    #[error(
        "an anchor of epoch {given} was to be written where epoch {held} is held: go on from the one that was opened last"
    )]
    OtherEpoch {
        /// This instance's.
        held: u64,
        /// The one to be written.
        given: u64,
    },
    /// The epoch cannot be raised any more.
    #[error(
        "the anchor {path} has the highest epoch there is, which no number of starts explains: restore it"
    )]
    NoEpochLeft {
        /// Where it is.
        path: String,
    },
    /// It is on another host, which does not answer or does not let us.
    #[error("the anchor {path} cannot be used: {fault}")]
    Cell {
        /// Where it is.
        path: String,
        /// Why.
        #[source]
        fault: CellFault,
    },
    /// Others write it at this moment.
    #[error(
        "others write the anchor {path} at this moment: does another instance run with it? Then stop one"
    )]
    Busy {
        /// Where it is.
        path: String,
    },
    /// There is one already.
    #[error("there is an anchor {path} already, and none is overwritten: is it this installation's?")]
    Exists {
        /// Where it is.
        path: String,
    },
}

impl From<FileFault> for AnchorError {
    fn from(fault: FileFault) -> Self {
        match fault {
            FileFault::Missing { path } => Self::Missing { path: path.display().to_string() },
            other => Self::File(other),
        }
    }
}
