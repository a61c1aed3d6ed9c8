//! `/v1/code-sets/{set}`.

pub(crate) mod codes;
pub(crate) mod confirm;
pub(crate) mod delete;
pub(crate) mod revoke;
