//! Proofs as text, one file each: the event, where it is, its audit path, and the signed checkpoint
//! (c2sp.org/tlog-proof). Whoever has the log's verifier key needs nothing else.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::inclusion::is_included;
use crate::checkpoint::{Checkpoint, CheckpointError, key_name, open_checkpoint_of};
use crate::hash::{Hash, leaf_hash};

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// A proof that an event is in a log. Nothing of it is to be believed before [`ProofFile::check`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProofFile {
    /// The event's index in the log, from 0.
    pub index: u64,
    /// The event's canonical bytes: the file's `extra`.
    pub event: Vec<u8>,
    /// The audit path, from the leaf's sibling up (RFC 6962 §2.1.1).
    pub path: Vec<Hash>,
    /// The signed checkpoint, verbatim.
    pub note: String,
}

/// Why a text is no proof, or proves nothing.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ProofFileError {
    /// It is not written as c2sp.org/tlog-proof says.
    #[error("it is not a proof of c2sp.org/tlog-proof")]
    Format,
    /// It is a proof, and the event is not with it.
    #[error("the event is not in the proof")]
    NoEvent,
    /// The checkpoint is not the log's.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The earlier log is not the beginning of the later one.
    #[error(
        "the log of {size} events that the checkpoint signs does not begin with that log of {earlier} events"
    )]
    NotContinued {
        /// The earlier size, in leaves.
        earlier: u64,
        /// The checkpoint's size, in leaves.
        size: u64,
    },
    /// The path does not lead to the checkpoint's root.
    #[error("event {index} as it is here is not in the log of {size} events that the checkpoint signs")]
    NotIncluded {
        /// The index that the proof names.
        index: u64,
        /// The checkpoint's size, in leaves.
        size: u64,
    },
}

impl ProofFile {
    /// Reads a proof as [`ProofFile`]'s `Display` writes it.
    ///
    /// # Errors
    /// [`ProofFileError::Format`] or [`ProofFileError::NoEvent`].
    pub fn parse(text: &str) -> Result<Self, ProofFileError> {
        let (head, note) = text.split_once("\n\n").ok_or(ProofFileError::Format)?;
        let mut lines = head.split('\n');
        if lines.next() != Some(FIRST_LINE) {
            return Err(ProofFileError::Format);
        }
        let second = lines.next().ok_or(ProofFileError::Format)?;
        let extra = second.strip_prefix("extra ").ok_or(ProofFileError::NoEvent)?;
        let index =
            lines.next().and_then(|line| line.strip_prefix("index ")).ok_or(ProofFileError::Format)?;
        let proof = Self {
            index: index.parse().map_err(|_| ProofFileError::Format)?,
            event: STANDARD.decode(extra).map_err(|_| ProofFileError::Format)?,
            path: lines.map(hash).collect::<Option<_>>().ok_or(ProofFileError::Format)?,
            note: note.to_owned(),
        };
        // One text stands for one proof.
        if proof.to_string() == text { Ok(proof) } else { Err(ProofFileError::Format) }
    }

    /// Checks it against a log's verifier key, whose name is the log's origin, and gives the checkpoint that covers
    /// the event ("Verifying a tlog proof").
    ///
    /// # Errors
    /// [`ProofFileError::Checkpoint`] or [`ProofFileError::NotIncluded`].
    pub fn check(&self, verifier_key: &str) -> Result<Checkpoint, ProofFileError> {
        let checkpoint = open_checkpoint_of(key_name(verifier_key), &self.note, verifier_key)?;
        let (index, size) = (self.index, checkpoint.size);
        if is_included(leaf_hash(&self.event), index, size, &self.path, checkpoint.root) {
            Ok(checkpoint)
        } else {
            Err(ProofFileError::NotIncluded { index, size })
        }
    }
}

impl fmt::Display for ProofFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}\nextra {}\nindex {}", STANDARD.encode(&self.event), self.index)?;
        for hash in &self.path {
            writeln!(f, "{}", STANDARD.encode(hash))?;
        }
        write!(f, "\n{}", self.note)
    }
}

/// A hash as a line of a proof.
pub(super) fn hash(line: &str) -> Option<Hash> {
    STANDARD.decode(line).ok()?.try_into().ok()
}
