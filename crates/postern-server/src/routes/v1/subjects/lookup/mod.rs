//! `/v1/subjects/lookup`.

pub(crate) mod post;
