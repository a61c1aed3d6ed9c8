//! `/v1/code-sets`.

pub(crate) mod post;
pub(crate) mod revoke;
pub(crate) mod set;
mod shown;
