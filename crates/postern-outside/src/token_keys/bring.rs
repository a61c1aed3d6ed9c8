//! Keys brought into a token as they are. What is there of a try that was cut off stays, if it is the same.

use std::path::Path;

use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use postern_core::pepper::CHECKED;
use postern_core::ports::{Entropy, SigningKey};
use postern_core::verifier::subject_frame;
use zeroize::{Zeroize as _, Zeroizing};

use super::line::session;
use super::make::{inner, new_wrap, wrapped};
use super::objects::{ED25519, LOG, RECEIPTS, WRAP, labelled, optional, pepper, public, versions};
use super::{Token, TokenFault, TokenKeys};
use crate::key_file::{MoveFault, Moving};

/// The signing keys, and their labels in a token.
const SIGNERS: [(SigningKey, &str); 2] = [(SigningKey::Log, LOG), (SigningKey::Receipts, RECEIPTS)];

impl TokenKeys {
    /// Brings an installation's keys into a token, and writes the key file that belongs to it. The token makes the key
    /// that wraps the local ones.
    ///
    /// # Errors
    /// [`MoveFault`]: there is then no new file. What was brought stays in the token, for the next try.
    pub fn bring(
        moving: &Moving,
        token: &Token,
        path: &Path,
        entropy: &dyn Entropy,
    ) -> Result<(), MoveFault> {
        let make = || {
            let open = session(token, true)?;
            compare(&open.session, moving)?;
            let wrap = bring(&open.session, moving)?;
            let envelope = wrapped(&open.session, wrap, &moving.local(), entropy)?;
            Ok(Zeroizing::new(envelope.text().into_bytes()))
        };
        moving.lay_down(path, make, |place| Ok(Self::open(token.copy(), place)?))
    }
}

/// Refuses a token that has any other key than those that are brought.
fn compare(session: &Session, moving: &Moving) -> Result<(), MoveFault> {
    let (tenant, subject, epoch) = CHECKED;
    let message = subject_frame(&tenant.to_string(), &subject.to_string(), epoch);
    let brought = moving.checks()?;
    for (version, handle) in versions(session).map_err(MoveFault::from)? {
        let mac = session.sign(&Mechanism::Sha256Hmac, handle, &message).map(Zeroizing::new);
        let mac = mac.map_err(TokenFault::from)?;
        if brought.version(version).is_none_or(|key| key.as_slice() != mac.as_slice()) {
            return Err(TokenFault::NotEmpty(pepper(version)).into());
        }
    }
    for (key, label) in SIGNERS {
        let is_there = optional(session, label, ObjectClass::PUBLIC_KEY)?.is_some();
        let same = moving.seed(key).map(|(_, public)| public);
        if is_there && same != Some(public(session, label)?) {
            return Err(TokenFault::NotEmpty(label.to_owned()).into());
        }
    }
    Ok(())
}

/// Brings what is not there yet; the key that wraps.
fn bring(session: &Session, moving: &Moving) -> Result<ObjectHandle, TokenFault> {
    let there = versions(session)?;
    for (version, key) in moving.peppers().filter(|(version, _)| !there.iter().any(|(has, _)| has == version))
    {
        let own = [
            Attribute::Class(ObjectClass::SECRET_KEY),
            Attribute::KeyType(KeyType::GENERIC_SECRET),
            Attribute::Value(key.to_vec()),
            Attribute::Sign(true),
        ];
        create(session, [inner(&pepper(version)).as_slice(), &own].concat())?;
    }
    for (key, label) in SIGNERS {
        let Some((seed, half)) = moving.seed(key) else { continue };
        if optional(session, label, ObjectClass::PRIVATE_KEY)?.is_none() {
            let own = [
                Attribute::Class(ObjectClass::PRIVATE_KEY),
                Attribute::KeyType(KeyType::EC_EDWARDS),
                Attribute::EcParams(ED25519.to_vec()),
                Attribute::Value(seed.to_vec()),
                Attribute::Sign(true),
            ];
            create(session, [inner(label).as_slice(), &own].concat())?;
        }
        if optional(session, label, ObjectClass::PUBLIC_KEY)?.is_none() {
            create(session, verifier(label, &half))?;
        }
    }
    match optional(session, WRAP, ObjectClass::SECRET_KEY)? {
        Some(wrap) => Ok(wrap),
        None => new_wrap(session),
    }
}

/// The public half of a signing key; its point is a DER OCTET STRING.
fn verifier(label: &str, half: &[u8; 32]) -> Vec<Attribute> {
    vec![
        labelled(label),
        Attribute::Class(ObjectClass::PUBLIC_KEY),
        Attribute::KeyType(KeyType::EC_EDWARDS),
        Attribute::Token(true),
        Attribute::Private(false),
        Attribute::Verify(true),
        Attribute::EcParams(ED25519.to_vec()),
        Attribute::EcPoint([b"\x04\x20".as_slice(), half].concat()),
    ]
}

/// Makes an object, and wipes what it was made of.
fn create(session: &Session, mut template: Vec<Attribute>) -> Result<(), TokenFault> {
    let made = session.create_object(&template);
    for attribute in &mut template {
        if let Attribute::Value(key) = attribute {
            key.zeroize();
        }
    }
    made.map(drop).map_err(TokenFault::NotTaken)
}
