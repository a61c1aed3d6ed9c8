//! `/v1/code-sets/{set}/codes/{slot}/revoke`.

pub(crate) mod post;
