//! What handlers take from a request. Every refusal here is a problem document that shows nothing of the
//! request.

mod caller;
mod empty;
mod idempotency;
mod if_match;
mod path;
mod query;
pub(crate) mod read;
mod sent;

pub(crate) use caller::Caller;
pub(crate) use empty::Empty;
pub(crate) use idempotency::IdempotencyKey;
pub(crate) use if_match::{Revision, etag};
pub(crate) use path::At;
pub(crate) use query::Asked;
pub(crate) use sent::Sent;

/// Said of a body that is not what a route takes.
pub(crate) const NOT_EXPECTED: &str = "The body is not what this route expects; see /openapi.json.";
