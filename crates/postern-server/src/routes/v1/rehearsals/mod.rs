//! `/v1/rehearsals`.

pub(crate) mod post;
