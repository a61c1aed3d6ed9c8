//! `/v1/subjects/{sub}`.

pub(crate) mod erase;
pub(crate) mod export;
pub(crate) mod get;
pub(crate) mod leave;
pub(crate) mod patch;
