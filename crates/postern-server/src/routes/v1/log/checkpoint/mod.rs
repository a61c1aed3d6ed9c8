//! `/v1/log/checkpoint`.

pub(crate) mod get;
