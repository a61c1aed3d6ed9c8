//! Witnesses: cosignatures of checkpoints (C2SP tlog-cosignature, cosignature/v1), and how one is asked for (C2SP
//! tlog-witness). `signed_note` has the notes and Ed25519; the frame of a cosignature is here.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use signed_note::{Note, NoteError, Signature, StandardVerifier, Verifier, VerifierList, key_id};

use crate::checkpoint::{CheckpointError, verifier_key};
use crate::hash::Hash;

/// The signature type of an Ed25519 cosignature (C2SP signed-note, "Signature types").
const COSIGNATURE: u8 = 0x04;

/// A witness's verifier key, `name+id+key`.
#[derive(Clone)]
pub struct WitnessKey {
    name: String,
    id: u32,
    /// The same key as one of plain Ed25519.
    plain: StandardVerifier,
}

impl WitnessKey {
    /// Reads a key as a witness shows it.
    ///
    /// # Errors
    /// [`CheckpointError::Key`]
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        Self::read(text.trim()).ok_or(CheckpointError::Key)
    }

    fn read(text: &str) -> Option<Self> {
        let (name, rest) = text.split_once('+')?;
        let (id, key) = rest.split_once('+')?;
        let typed = STANDARD.decode(key).ok()?;
        let public: [u8; 32] = typed.strip_prefix(&[COSIGNATURE])?.try_into().ok()?;
        let id = u32::from_str_radix(id, 16).ok().filter(|id| *id == key_id(name, &typed))?;
        let plain = StandardVerifier::new(&verifier_key(name, &public)).ok()?;
        Some(Self { name: name.to_owned(), id, plain })
    }

    /// The witness's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// When this witness cosigned a note, in seconds since 1970; `None` if it did not.
    ///
    /// # Errors
    /// [`CheckpointError::Signature`] if a line names it and is not its cosignature.
    pub fn cosigned(&self, note: &str) -> Result<Option<u64>, CheckpointError> {
        let note = Note::from_bytes(note.as_bytes()).map_err(|_| CheckpointError::Note)?;
        match note.verify(&VerifierList::new(vec![Box::new(self.clone())])) {
            Ok((mine, _)) => Ok(mine.first().and_then(time)),
            Err(NoteError::UnverifiedNote) => Ok(None),
            Err(NoteError::InvalidSignature { .. }) => Err(CheckpointError::Signature),
            Err(_) => Err(CheckpointError::Note),
        }
    }

    /// A note with this witness's line out of those that it answered.
    ///
    /// # Errors
    /// [`CheckpointError`] if none of them is its cosignature of this note.
    pub fn cosign(&self, note: &str, answered: &str) -> Result<String, CheckpointError> {
        if self.cosigned(note)?.is_some() {
            return Ok(note.to_owned());
        }
        let mut lines = answered.lines().filter_map(|line| Signature::from_bytes(line.as_bytes()).ok());
        let mine = lines.find(|line| line.name() == self.name && line.id() == self.id);
        let mine = mine.ok_or(CheckpointError::Unsigned)?.to_bytes();
        let cosigned = format!("{note}{}", String::from_utf8(mine).map_err(|_| CheckpointError::Note)?);
        self.cosigned(&cosigned)?.ok_or(CheckpointError::Unsigned)?;
        Ok(cosigned)
    }
}

impl Verifier for WitnessKey {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        self.id
    }

    /// The time comes first, as eight bytes, and is signed with the text.
    fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        let Some((time, signature)) = signature.split_first_chunk::<8>() else { return false };
        let head = format!("cosignature/v1\ntime {}\n", u64::from_be_bytes(*time));
        self.plain.verify(&[head.as_bytes(), text].concat(), signature)
    }
}

fn time(of: &Signature) -> Option<u64> {
    of.signature().first_chunk::<8>().map(|time| u64::from_be_bytes(*time))
}

/// Whether a note has more signatures than the log's own. Whose they are is for [`WitnessKey::cosigned`] to say.
pub fn is_cosigned(note: &str) -> bool {
    note.split_once("\n\n").is_some_and(|(_, signatures)| signatures.lines().count() > 1)
}

/// What is sent to `add-checkpoint`: the size that the witness knows, the proof that the checkpoint continues it, and
/// the checkpoint.
pub fn add_checkpoint(known: u64, proof: &[Hash], note: &str) -> String {
    let mut body = format!("old {known}\n");
    for hash in proof {
        // Writing to a string does not fail.
        let _ = writeln!(body, "{}", STANDARD.encode(hash));
    }
    body.push('\n');
    body.push_str(note);
    body
}
