//! Keys made in a token.

use std::path::Path;

use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::object::{Attribute, ObjectHandle};
use cryptoki::session::Session;
use postern_core::ports::Entropy;

use super::line::{TAG, session};
use super::objects::{self, ED25519, LOG, RECEIPTS, WRAP, labelled, pepper};
use super::{Token, TokenFault, TokenKeys};
use crate::key_file::KeyFileError;
use crate::key_file::content::{self, Holds};
use crate::key_file::envelope::{By, Envelope};
use crate::{Place, file};

impl TokenKeys {
    /// Makes the keys of a new installation in a token, and a new key file with the local ones. Never overwrites.
    ///
    /// # Errors
    /// [`TokenFault`]: there is then no new file, and what was made in the token is taken away again.
    pub fn create(token: Token, path: &Path, entropy: &dyn Entropy) -> Result<Self, TokenFault> {
        let open = session(&token, true)?;
        if let Some(label) = objects::any(&open.session)? {
            return Err(TokenFault::NotEmpty(label));
        }
        let mut making = Making { session: &open.session, made: Vec::new() };
        let written = making.all(entropy).and_then(|envelope| {
            file::create(path, envelope.text().as_bytes()).map_err(|fault| KeyFileError::from(fault).into())
        });
        if let Err(fault) = written {
            making.undo();
            return Err(fault);
        }
        Self::open(token, &Place::File(path.to_owned()))
    }
}

/// Objects that are being made.
struct Making<'a> {
    session: &'a Session,
    made: Vec<ObjectHandle>,
}

impl Making<'_> {
    /// Everything, and the local keys wrapped.
    fn all(&mut self, entropy: &dyn Entropy) -> Result<Envelope, TokenFault> {
        self.made.push(new_pepper(self.session, 1)?);
        self.pair(LOG)?;
        self.pair(RECEIPTS)?;
        let wrap = new_wrap(self.session)?;
        self.made.push(wrap);
        let text = content::write(Holds::Local, &content::generate(Holds::Local, entropy)?);
        wrapped(self.session, wrap, &text, entropy)
    }

    /// An Ed25519 key pair.
    fn pair(&mut self, label: &str) -> Result<(), TokenFault> {
        let public = [
            labelled(label),
            Attribute::Token(true),
            Attribute::Private(false),
            Attribute::Verify(true),
            Attribute::EcParams(ED25519.to_vec()),
        ];
        let private = [inner(label).as_slice(), &[Attribute::Sign(true)]].concat();
        let by = Mechanism::EccEdwardsKeyPairGen;
        let (public, private) = self.session.generate_key_pair(&by, &public, &private)?;
        self.made.extend([public, private]);
        Ok(())
    }

    /// Takes away what was made. The first fault says more than another one would.
    fn undo(&self) {
        for made in &self.made {
            let _ = self.session.destroy_object(*made);
        }
    }
}

/// The key that the local keys are wrapped with.
pub(super) fn new_wrap(session: &Session) -> Result<ObjectHandle, TokenFault> {
    let may = [Attribute::Encrypt(true), Attribute::Decrypt(true)];
    secret(session, WRAP, &Mechanism::AesKeyGen, &may)
}

/// The local keys, wrapped.
pub(super) fn wrapped(
    session: &Session,
    wrap: ObjectHandle,
    text: &str,
    entropy: &dyn Entropy,
) -> Result<Envelope, TokenFault> {
    let mut nonce = [0; 12];
    entropy.fill(&mut nonce)?;
    let mut envelope = Envelope { by: By::Token, nonce, sealed: Vec::new() };
    let header = envelope.header();
    let gcm = GcmParams::new(&mut nonce, header.as_bytes(), TAG.into())?;
    envelope.sealed = session.encrypt(&Mechanism::AesGcm(gcm), wrap, text.as_bytes())?;
    Ok(envelope)
}

/// A version of the pepper.
pub(super) fn new_pepper(session: &Session, version: u16) -> Result<ObjectHandle, TokenFault> {
    secret(session, &pepper(version), &Mechanism::GenericSecretKeyGen, &[Attribute::Sign(true)])
}

fn secret(
    session: &Session,
    label: &str,
    by: &Mechanism<'_>,
    may: &[Attribute],
) -> Result<ObjectHandle, TokenFault> {
    let template = [inner(label).as_slice(), may, &[Attribute::ValueLen(32.into())]].concat();
    Ok(session.generate_key(by, &template)?)
}

/// What a key is that stays in the token and is used by who has logged in.
pub(super) fn inner(label: &str) -> [Attribute; 5] {
    [
        labelled(label),
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
    ]
}
