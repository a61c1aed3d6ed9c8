//! The body of a request that says all it has to say in its path.

use axum::body::HttpBody as _;
use axum::extract::{FromRequest, Request};
use serde::Deserialize;

use super::{NOT_EXPECTED, read};
use crate::problem::Refusal;
use crate::service::Shared;

/// No body, or one without members: whoever sends more means something that would not be done.
pub(crate) struct Empty;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

impl FromRequest<Shared> for Empty {
    type Rejection = Refusal;

    async fn from_request(request: Request, service: &Shared) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        if body.is_end_stream() {
            return Ok(Self);
        }
        let bytes = read::read(&parts, body, &service.limits).await?;
        let nothing = serde_json::from_slice::<Nothing>(&bytes);
        nothing.map(|_| Self).map_err(|_| Refusal::MalformedRequest(NOT_EXPECTED))
    }
}
