//! What happens around every handler, from the outside in:
//!
//! ```text
//! observe (request id, span, numbers, headers) ─► deadline, panics ─► admit (host, readiness, places) ─► handler
//! ```

mod admit;
mod bearer;
mod caught;
mod headers;
mod host;
mod observe;
mod request_id;

pub(crate) use admit::admit;
pub(crate) use bearer::Presented;
pub(crate) use observe::observe;
pub(crate) use request_id::RequestIds;
