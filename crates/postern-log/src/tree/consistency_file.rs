//! Consistency proofs as text: the earlier size, the proof, and the signed checkpoint, as a witness is asked with them
//! (c2sp.org/tlog-witness, "add-checkpoint").

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::consistency::is_consistent;
use super::proof_file::{ProofFileError, hash};
use crate::checkpoint::{Checkpoint, key_name, open_checkpoint_of};
use crate::hash::Hash;

/// A proof that a log begins with an earlier one. Nothing of it is to be believed before [`ConsistencyFile::check`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConsistencyFile {
    /// The earlier size, in leaves.
    pub earlier: u64,
    /// The proof (RFC 6962 §2.1.2).
    pub proof: Vec<Hash>,
    /// The signed checkpoint, verbatim.
    pub note: String,
}

impl ConsistencyFile {
    /// Reads one as its `Display` writes it.
    ///
    /// # Errors
    /// [`ProofFileError::Format`].
    pub fn parse(text: &str) -> Result<Self, ProofFileError> {
        let (head, note) = text.split_once("\n\n").ok_or(ProofFileError::Format)?;
        let mut lines = head.split('\n');
        let earlier = lines.next().and_then(|line| line.strip_prefix("old ")?.parse().ok());
        let read = Self {
            earlier: earlier.ok_or(ProofFileError::Format)?,
            proof: lines.map(hash).collect::<Option<_>>().ok_or(ProofFileError::Format)?,
            note: note.to_owned(),
        };
        // One text stands for one proof.
        if read.to_string() == text { Ok(read) } else { Err(ProofFileError::Format) }
    }

    /// Checks it against a log's verifier key and the root that the earlier log had, and gives the checkpoint that
    /// continues it.
    ///
    /// # Errors
    /// [`ProofFileError::Checkpoint`] or [`ProofFileError::NotContinued`].
    pub fn check(&self, verifier_key: &str, root: Hash) -> Result<Checkpoint, ProofFileError> {
        let checkpoint = open_checkpoint_of(key_name(verifier_key), &self.note, verifier_key)?;
        let (earlier, size) = (self.earlier, checkpoint.size);
        if is_consistent((earlier, root), (size, checkpoint.root), &self.proof) {
            Ok(checkpoint)
        } else {
            Err(ProofFileError::NotContinued { earlier, size })
        }
    }
}

impl fmt::Display for ConsistencyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.earlier)?;
        for hash in &self.proof {
            writeln!(f, "{}", STANDARD.encode(hash))?;
        }
        write!(f, "\n{}", self.note)
    }
}
