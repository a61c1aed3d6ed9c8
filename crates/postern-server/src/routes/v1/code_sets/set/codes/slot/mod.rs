//! `/v1/code-sets/{set}/codes/{slot}`.

pub(crate) mod revoke;
