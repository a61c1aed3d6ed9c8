//! `/v1/leaks/check`.

pub(crate) mod post;
