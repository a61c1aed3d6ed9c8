//! Checkpoints: a log's size and root as a signed note (C2SP tlog-checkpoint, C2SP signed-note, Ed25519).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use signed_note::{Note, NoteError, Signature, StandardVerifier, VerifierError, VerifierList, key_id};

use crate::hash::Hash;

/// The signature type of a plain Ed25519 signature (C2SP signed-note, "Signature types").
const ED25519: u8 = 0x01;

/// What a log says about itself: the statement that is signed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checkpoint {
    /// The log's name, by convention a URL without its scheme; one line, no control characters.
    pub origin: String,
    /// The number of leaves.
    pub size: u64,
    /// The root over those leaves (RFC 6962 §2.1).
    pub root: Hash,
}

/// Why a note is not taken as a checkpoint, or a checkpoint cannot become a note.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The verifier key is no Ed25519 key in the form `name+id+key`.
    #[error("malformed verifier key")]
    Key,
    /// Not a signed note at all.
    #[error("malformed signed note")]
    Note,
    /// No signature of the given key.
    #[error("not signed by the given key")]
    Unsigned,
    /// A signature that names the given key and is not its signature of this text.
    #[error("the given key's signature is wrong")]
    Signature,
    /// A properly signed text that is not exactly origin, size and root.
    #[error("malformed checkpoint text")]
    Text,
    /// A properly signed checkpoint of another log.
    #[error("a checkpoint of {found:?}, not of {expected:?}")]
    Origin {
        /// The log that was asked for.
        expected: String,
        /// The log that the note speaks of.
        found: String,
    },
}

/// Why a checkpoint was not signed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SignError<E> {
    /// The key's holder failed.
    #[error(transparent)]
    Signer(E),
    /// The finished note would not have been accepted by a verifier.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

impl Checkpoint {
    /// The note's text, the very bytes that are signed: origin, decimal size and base64 root, a line each.
    pub fn body(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, tlog_tiles::Hash(self.root))
    }
}

/// The text form of a public key, `name+hex(id)+base64(type ‖ key)` (C2SP signed-note, "Verifier keys").
/// The name must be free of spaces and `+`, or no verifier takes it.
pub fn verifier_key(name: &str, ed25519_public: &[u8; 32]) -> String {
    let key = typed_key(ed25519_public);
    format!("{name}+{:08x}+{}", key_id(name, &key), STANDARD.encode(&key))
}

/// The name in a verifier key. A log's key is named as its origin.
pub fn key_name(verifier_key: &str) -> &str {
    verifier_key.split_once('+').map_or(verifier_key, |(name, _)| name)
}

/// Has the text signed by whoever holds the key, and returns the whole signed note.
///
/// # Errors
/// The closure's error, or that of [`assemble_checkpoint`].
pub fn sign_checkpoint<E>(
    checkpoint: &Checkpoint,
    key_name: &str,
    ed25519_public: &[u8; 32],
    sign: impl FnOnce(&[u8]) -> Result<[u8; 64], E>,
) -> Result<String, SignError<E>> {
    let signature = sign(checkpoint.body().as_bytes()).map_err(SignError::Signer)?;
    Ok(assemble_checkpoint(checkpoint, key_name, ed25519_public, signature)?)
}

/// Makes the signed note of a checkpoint and a signature of its [`Checkpoint::body`], for a key that signs
/// asynchronously. The note is opened before it is handed out: a line break in the origin, a bad key name or
/// the signature of another key cannot leave the house.
///
/// # Errors
/// What [`open_checkpoint`] finds wrong with the finished note.
pub fn assemble_checkpoint(
    checkpoint: &Checkpoint,
    key_name: &str,
    ed25519_public: &[u8; 32],
    signature: [u8; 64],
) -> Result<String, CheckpointError> {
    let id = key_id(key_name, &typed_key(ed25519_public));
    let line =
        Signature::new(key_name.to_owned(), id, signature.to_vec()).map_err(|_| CheckpointError::Key)?;
    let note = Note::new(checkpoint.body().as_bytes(), &[line]).map_err(|_| CheckpointError::Text)?;
    let note = String::from_utf8(note.to_bytes()).map_err(|_| CheckpointError::Note)?;
    let opened = open_checkpoint(&note, &verifier_key(key_name, ed25519_public))?;
    if opened != *checkpoint {
        return Err(CheckpointError::Text);
    }
    Ok(note)
}

/// Reads a signed note: one signature must be the given key's and right, those of other keys are ignored
/// (C2SP signed-note, "Verifying"). Which log it speaks of is for the caller to compare, or for
/// [`open_checkpoint_of`].
///
/// # Errors
/// See [`CheckpointError`]. Extension lines are refused: our logs sign none, so `body` gives back the text.
pub fn open_checkpoint(note: &str, verifier_key: &str) -> Result<Checkpoint, CheckpointError> {
    let verifier = StandardVerifier::new(verifier_key).map_err(|_: VerifierError| CheckpointError::Key)?;
    let note = Note::from_bytes(note.as_bytes()).map_err(|_| CheckpointError::Note)?;
    note.verify(&VerifierList::new(vec![Box::new(verifier)])).map_err(|error| match error {
        NoteError::UnverifiedNote => CheckpointError::Unsigned,
        NoteError::InvalidSignature { .. } => CheckpointError::Signature,
        _ => CheckpointError::Note,
    })?;
    let text = tlog_tiles::Checkpoint::from_bytes(note.text()).map_err(|_| CheckpointError::Text)?;
    let checkpoint = Checkpoint { origin: text.origin().to_owned(), size: text.size(), root: text.hash().0 };
    if checkpoint.body().as_bytes() != note.text() {
        return Err(CheckpointError::Text);
    }
    Ok(checkpoint)
}

/// [`open_checkpoint`] for one log: a key that signs for several logs must not let one stand for another.
///
/// # Errors
/// Those of [`open_checkpoint`], and [`CheckpointError::Origin`].
pub fn open_checkpoint_of(
    origin: &str,
    note: &str,
    verifier_key: &str,
) -> Result<Checkpoint, CheckpointError> {
    let checkpoint = open_checkpoint(note, verifier_key)?;
    if checkpoint.origin != origin {
        return Err(CheckpointError::Origin { expected: origin.to_owned(), found: checkpoint.origin });
    }
    Ok(checkpoint)
}

fn typed_key(ed25519_public: &[u8; 32]) -> Vec<u8> {
    [&[ED25519], ed25519_public.as_slice()].concat()
}
