//! Rows as the kernel sees them: what a record's state looks like at rest.

use super::{ClaimKey, Columns};
use crate::Time;

/// What a put writes of one record.
#[derive(Clone, PartialEq, Debug)]
pub struct Image {
    /// Time of the record's last event.
    pub last: Time,
    /// How the record's bytes are laid out.
    pub layout: u8,
    /// The record's body in its compact form, without the kernel's header.
    pub record: Vec<u8>,
    /// Every write-once part that belongs to the state, in order of number.
    pub parts: Vec<Part>,
    /// What lists query.
    pub columns: Columns,
    /// Places that the record names.
    pub claims: Vec<ClaimKey>,
}

/// One write-once part of an image.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part {
    /// Already at rest, with this seal.
    Kept {
        /// Its number.
        number: u32,
        /// Its seal.
        seal: [u8; 32],
    },
    /// To be written with this put.
    New {
        /// Its number.
        number: u32,
        /// Its bytes.
        bytes: Vec<u8>,
    },
}

impl Part {
    /// The part's number.
    #[must_use]
    pub const fn number(&self) -> u32 {
        match self {
            Self::Kept { number, .. } | Self::New { number, .. } => *number,
        }
    }
}

/// A row as a store reads it, before anything is believed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// How many facts made it.
    pub version: u64,
    /// Sealed body: the kernel's header and the record. Empty in a tombstone.
    pub body: Vec<u8>,
    /// Seal over kind, tenant, id, version and body.
    pub seal: Vec<u8>,
    /// The state column, as found.
    pub state: String,
    /// The due column in milliseconds, as found.
    pub due: Option<u64>,
    /// Parts in order of number.
    pub parts: Vec<PartRow>,
}

/// A part as a store reads it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartRow {
    /// Its number.
    pub number: u32,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its seal.
    pub seal: Vec<u8>,
}
