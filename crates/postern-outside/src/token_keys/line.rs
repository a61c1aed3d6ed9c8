//! One session with a token: logged in, its keys found. One thread at a time uses it.

use std::sync::atomic::Ordering;

use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::object::ObjectHandle;
use cryptoki::session::UserType;
use postern_core::ports::{PublicKeys, SigningKey, SubjectKeys};
use zeroize::Zeroizing;

use super::module::{Module, Open};
use super::objects::Found;
use super::{Token, TokenFault};
use crate::key_file::envelope::Envelope;

/// Bits of the tag that authenticates wrapped keys.
pub(super) const TAG: u64 = 128;

/// A session and the keys in it. Closed when dropped.
pub(super) struct Line {
    open: Open,
    found: Found,
}

impl Line {
    /// Opens one. `same` are the public keys of the token that it must be.
    pub(super) fn open(token: &Token, same: Option<PublicKeys>) -> Result<Self, TokenFault> {
        let open = session(token, false)?;
        let found = Found::within(&open.session)?;
        if same.is_some_and(|same| same != found.public) {
            return Err(TokenFault::Other);
        }
        Ok(Self { open, found })
    }

    pub(super) const fn public(&self) -> PublicKeys {
        self.found.public
    }

    /// `HMAC-SHA-256` under every live version of the pepper, the newest first.
    pub(super) fn macs(&self, message: &[u8]) -> Result<SubjectKeys, TokenFault> {
        let mac = |(version, pepper): &(u16, ObjectHandle)| {
            Ok((*version, self.signed(&Mechanism::Sha256Hmac, *pepper, message)?))
        };
        let live = self.found.peppers.iter().map(mac).collect::<Result<_, TokenFault>>()?;
        Ok(SubjectKeys { live })
    }

    /// An Ed25519 signature.
    pub(super) fn sign(&self, key: SigningKey, message: &[u8]) -> Result<[u8; 64], TokenFault> {
        let key = match key {
            SigningKey::Log => self.found.log,
            SigningKey::Receipts => self.found.receipts,
        };
        let pure = Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Pure));
        Ok(*self.signed(&pure, key, message)?)
    }

    /// The text that was wrapped.
    pub(super) fn unwrap(&self, envelope: &Envelope) -> Result<Zeroizing<Vec<u8>>, TokenFault> {
        let (mut nonce, header) = (envelope.nonce, envelope.header());
        let gcm = GcmParams::new(&mut nonce, header.as_bytes(), TAG.into())?;
        let opened = self.open.session.decrypt(&Mechanism::AesGcm(gcm), self.found.wrap, &envelope.sealed);
        Ok(Zeroizing::new(opened?))
    }

    /// What `C_Sign` gives; of this length. Wiped, since a MAC is a key here.
    fn signed<const N: usize>(
        &self,
        by: &Mechanism<'_>,
        key: ObjectHandle,
        message: &[u8],
    ) -> Result<Zeroizing<[u8; N]>, TokenFault> {
        let signed = Zeroizing::new(self.open.session.sign(by, key, message)?);
        let signed = signed.as_slice().try_into().map_err(|_| TokenFault::Odd)?;
        Ok(Zeroizing::new(signed))
    }
}

/// A session that is logged in. One login holds for all sessions of a process.
pub(super) fn session(token: &Token, writes: bool) -> Result<Open, TokenFault> {
    if token.is_refused() {
        return Err(TokenFault::WrongPin);
    }
    let open = Module::load(&token.module)?.open(&token.label, writes)?;
    match open.session.login(UserType::User, Some(&token.pin)) {
        Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(open),
        Err(Error::Pkcs11(fault, _)) if is_about_pin(fault) => {
            token.refused.store(true, Ordering::SeqCst);
            Err(TokenFault::WrongPin)
        }
        Err(fault) => Err(fault.into()),
    }
}

const fn is_about_pin(fault: RvError) -> bool {
    use RvError::{PinExpired, PinIncorrect, PinInvalid, PinLenRange, PinLocked, UserPinNotInitialized};
    matches!(fault, PinExpired | PinIncorrect | PinInvalid | PinLenRange | PinLocked | UserPinNotInitialized)
}
