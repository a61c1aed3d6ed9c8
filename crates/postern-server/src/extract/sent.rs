//! A JSON body by its type, with what stands for the request.

use axum::extract::{FromRequest, Request};
use postern_app::RequestBytes;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{NOT_EXPECTED, read};
use crate::problem::Refusal;
use crate::request_bytes::{plain, stripped, with_path};
use crate::service::Shared;

/// What a request sent.
pub(crate) struct Sent<T> {
    /// The body.
    pub(crate) body: T,
    said: Value,
    path: String,
}

impl<T: DeserializeOwned> Sent<T> {
    /// A body that was sent to a path.
    pub(crate) fn read(bytes: &[u8], path: String) -> Result<Self, Refusal> {
        // The reader's own message may show what was sent, so it goes nowhere.
        let body = serde_json::from_slice(bytes).map_err(|_| Refusal::MalformedRequest(NOT_EXPECTED))?;
        let said = stripped(bytes).ok_or(Refusal::MalformedRequest(NOT_EXPECTED))?;
        Ok(Self { body, said, path })
    }
}

impl<T> Sent<T> {
    /// What stands for the request where an assertion may be bound to it.
    pub(crate) fn bytes(&self) -> Result<RequestBytes, Refusal> {
        plain(&self.said).ok_or(Refusal::MalformedRequest(NOT_EXPECTED))
    }

    /// What stands for the request where the path says what it is about.
    pub(crate) fn bytes_with_path(&self) -> Result<RequestBytes, Refusal> {
        with_path(&self.said, &self.path).ok_or(Refusal::MalformedRequest(NOT_EXPECTED))
    }
}

impl<T: DeserializeOwned> FromRequest<Shared> for Sent<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, service: &Shared) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        let bytes = read::read(&parts, body, &service.limits).await?;
        Self::read(&bytes, parts.uri.path().to_owned())
    }
}
