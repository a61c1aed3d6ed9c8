//! `/v1/subjects/{sub}`.

pub(crate) mod get;
pub(crate) mod patch;
