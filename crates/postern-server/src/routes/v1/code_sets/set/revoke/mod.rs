//! `/v1/code-sets/{set}/revoke`.

pub(crate) mod post;
