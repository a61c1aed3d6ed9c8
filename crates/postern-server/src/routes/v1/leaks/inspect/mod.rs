//! `/v1/leaks/inspect`.

pub(crate) mod post;
