//! Keys made in a transit engine.

use std::path::Path;

use postern_core::ports::Entropy;
use serde_json::json;

use super::keys::{self, ALL};
use super::{Transit, TransitFault, TransitKeys};
use crate::key_file::KeyFileError;
use crate::key_file::content::{self, Holds};
use crate::key_file::envelope::{By, Envelope};
use crate::{Place, file};

impl TransitKeys {
    /// Makes the keys of a new installation in an engine, and a new key file with the local ones. Never overwrites.
    ///
    /// # Errors
    /// [`TransitFault`]: there is then no new file, and what was made in the engine is taken away again.
    pub fn create(transit: Transit, path: &Path, entropy: &dyn Entropy) -> Result<Self, TransitFault> {
        for (key, _) in ALL {
            if keys::found(&transit, key)?.is_some() {
                return Err(TransitFault::NotEmpty(key));
            }
        }
        let mut made = Vec::new();
        let written = make(&transit, &mut made, entropy).and_then(|envelope| {
            file::create(path, envelope.text().as_bytes()).map_err(|fault| KeyFileError::from(fault).into())
        });
        if let Err(fault) = written {
            undo(&transit, &made);
            return Err(fault);
        }
        Self::open(transit, &Place::File(path.to_owned()))
    }
}

/// Everything, and the local keys wrapped.
fn make(
    transit: &Transit,
    made: &mut Vec<&'static str>,
    entropy: &dyn Entropy,
) -> Result<Envelope, TransitFault> {
    for (key, kind) in ALL {
        let asked = match kind {
            "hmac" => json!({ "type": kind, "key_size": 32 }),
            _ => json!({ "type": kind }),
        };
        transit.post("make keys", &format!("keys/{key}"), &asked)?;
        made.push(key);
    }
    wrapped(transit, &content::write(Holds::Local, &content::generate(Holds::Local, entropy)?))
}

/// The local keys, wrapped.
pub(super) fn wrapped(transit: &Transit, text: &str) -> Result<Envelope, TransitFault> {
    let mut envelope = Envelope { by: By::Transit, nonce: [0; 12], sealed: Vec::new() };
    envelope.sealed = keys::wrap(transit, text.as_bytes(), &envelope.header())?;
    Ok(envelope)
}

/// Takes away what was made. The first fault says more than another one would.
fn undo(transit: &Transit, made: &[&str]) {
    for key in made {
        let may = json!({ "deletion_allowed": true });
        let _ = transit.post("take keys away", &format!("keys/{key}/config"), &may);
        let _ = transit.delete("take keys away", &format!("keys/{key}"));
    }
}
