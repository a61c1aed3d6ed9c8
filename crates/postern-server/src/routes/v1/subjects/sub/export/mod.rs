//! `/v1/subjects/{sub}/export`.

pub(crate) mod get;
