//! What every request brings: its bytes, its idempotency key, who it is about, where it comes from.

use postern_core::ids::{SubjectId, TenantId};
use postern_core::kernel::{ClaimKey, Key, Kind, Want};
use postern_core::limits;
use postern_core::local_keys::LocalKeys;
use sha2::{Digest as _, Sha256};

use crate::Problem;

/// A request as it came, in RFC 8785 form and without code and assertions: what an assertion is bound to and
/// what an idempotency key stands for.
#[derive(Clone, Debug)]
pub struct RequestBytes(pub Vec<u8>);

impl RequestBytes {
    /// SHA-256 of the bytes: an assertion's `req`.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }
}

/// A request that changes something.
#[derive(Clone, Debug)]
pub struct Idempotent {
    /// The caller's key.
    pub key: String,
    /// The request.
    pub bytes: RequestBytes,
}

/// How a request names a subject.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SubjectName {
    /// By Postern's id.
    Id(SubjectId),
    /// By the identity provider's.
    ExternalId(String),
}

/// What is known of the person's device. Never makes a source known but by its token.
#[derive(Clone, Default)]
pub struct Client {
    /// Network address.
    pub address: Option<std::net::IpAddr>,
    /// User agent.
    pub user_agent: Option<String>,
    /// Device token of an earlier accepted answer.
    pub device_token: Option<String>,
}

impl SubjectName {
    /// Checks an external id: 1 to 255 bytes, no control characters, and not the text of one of Postern's own
    /// ids, so that a name is never taken for another.
    ///
    /// # Errors
    /// `invalid-value`.
    pub fn check(&self) -> Result<(), Problem> {
        let Self::ExternalId(id) = self else { return Ok(()) };
        let fits = (1..=limits::EXTERNAL_ID).contains(&id.len()) && !id.chars().any(char::is_control);
        if !fits {
            return Err(Problem::InvalidValue(
                "An external id has 1 to 255 bytes and no control characters.",
            ));
        }
        if SubjectId::parse(id).is_some() {
            return Err(Problem::InvalidValue("An external id cannot be the id of a subject."));
        }
        Ok(())
    }

    /// The name as text.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Id(id) => id.to_string(),
            Self::ExternalId(id) => id.clone(),
        }
    }

    pub(crate) fn place(&self, tenant: TenantId, keys: &LocalKeys) -> Option<ClaimKey> {
        match self {
            Self::Id(_) => None,
            Self::ExternalId(id) => Some(keys.external_id(tenant, id)),
        }
    }

    pub(crate) fn want(&self, tenant: TenantId, keys: &LocalKeys) -> Want {
        match self {
            Self::Id(id) => Want::Key(Key::of(Kind::Subject, tenant, *id)),
            Self::ExternalId(id) => Want::Claim { place: keys.external_id(tenant, id), kind: Kind::Subject },
        }
    }
}
