//! `/v1/code-sets/revoke`.

pub(crate) mod post;
