//! An application's key as the application holds it.

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::Origin;
use crate::encoding::{base32, from_base32};
use crate::ids::{ApplicationId, ApplicationKeyId, TenantId};

/// An application key as the application holds it. A secret: no `Debug`, no `Serialize`.
pub struct Token {
    /// Whose tenant it names.
    pub tenant: TenantId,
    /// Which key it is.
    pub key: ApplicationKeyId,
    secret: Zeroizing<[u8; 20]>,
    origin: Origin,
}

/// Letters before an application key: what a scanner looks for.
pub const TOKEN_PREFIX: &str = "pstk_";

impl Token {
    /// A new key from random bytes.
    #[must_use]
    pub const fn new(tenant: TenantId, key: ApplicationKeyId, secret: Zeroizing<[u8; 20]>) -> Self {
        Self { tenant, key, secret, origin: Origin { address: None, certificate: None } }
    }

    /// The same key as it came from there.
    #[must_use]
    pub fn coming_from(self, origin: Origin) -> Self {
        Self { origin, ..self }
    }

    /// Where it came from; nothing is known of a key that nobody brought.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The secret part.
    pub(super) fn secret(&self) -> &[u8] {
        &*self.secret
    }

    /// The text: prefix, then tenant, application, number, secret and a checksum in base32.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(60));
        bytes.extend_from_slice(&self.tenant.bytes());
        bytes.extend_from_slice(&self.key.application.bytes());
        bytes.extend_from_slice(&self.key.number.to_be_bytes());
        bytes.extend_from_slice(&*self.secret);
        let sum = checksum(&bytes);
        bytes.extend_from_slice(&sum);
        Zeroizing::new(format!("{TOKEN_PREFIX}{}", &*Zeroizing::new(base32(&bytes))))
    }

    /// Reads the text; `None` if it is not a whole key, told apart by its checksum before any look-up.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(from_base32(text.strip_prefix(TOKEN_PREFIX)?)?);
        let (body, sum) = bytes.split_last_chunk::<4>()?;
        let (tenant, rest) = body.split_first_chunk::<16>()?;
        let (application, rest) = rest.split_first_chunk::<16>()?;
        let (number, secret) = rest.split_first_chunk::<4>()?;
        let secret = Zeroizing::new(<[u8; 20]>::try_from(secret).ok()?);
        let key = ApplicationKeyId {
            application: ApplicationId::new(*application),
            number: u32::from_be_bytes(*number),
        };
        (checksum(body) == *sum).then(|| Self::new(TenantId::new(*tenant), key, secret))
    }
}

/// Tells a mistyped key from an unknown one; adds no secrecy.
fn checksum(body: &[u8]) -> [u8; 4] {
    let hash: [u8; 32] = Sha256::digest(body).into();
    let mut short = [0; 4];
    short.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_and_a_slip_is_seen() {
        let key = ApplicationKeyId { application: ApplicationId::new([3; 16]), number: 2 };
        let token = Token::new(TenantId::new([4; 16]), key, Zeroizing::new([5; 20]));
        let text = token.text();
        let read = Token::parse(&text).unwrap();
        assert_eq!((read.tenant, read.key, *read.secret), (token.tenant, key, [5; 20]));
        let slip = text.replacen('a', "b", 1);
        assert!(slip == *text || Token::parse(&slip).is_none());
        assert!(Token::parse(text.trim_end_matches(|last| text.ends_with(last))).is_none());
    }
}
