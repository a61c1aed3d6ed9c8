//! `/v1/log/tile`.

pub(crate) mod get;
