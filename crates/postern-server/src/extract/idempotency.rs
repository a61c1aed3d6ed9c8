//! The header `Idempotency-Key`.

use axum::extract::FromRequestParts;
use http::HeaderName;
use http::request::Parts;
use postern_app::{Idempotent, RequestBytes};

use crate::problem::Refusal;

/// The header's name.
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The key of a request that changes something: 1 to 255 visible ASCII characters.
pub(crate) struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The key with the request that it stands for.
    pub(crate) fn with(self, bytes: RequestBytes) -> Idempotent {
        Idempotent { key: self.0, bytes }
    }
}

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let mut values = parts.headers.get_all(IDEMPOTENCY_KEY).iter();
        let (Some(only), None) = (values.next(), values.next()) else {
            return Err(Refusal::IdempotencyKeyMissing);
        };
        let key = only.to_str().ok().filter(|key| fits(key));
        key.map(|key| Self(key.to_owned())).ok_or(Refusal::IdempotencyKeyMissing)
    }
}

fn fits(key: &str) -> bool {
    (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
}
