//! `/v1/code-sets/{set}/codes`.

pub(crate) mod slot;
