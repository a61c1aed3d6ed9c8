//! `/v1/log/proof`.

pub(crate) mod get;
