//! `/v1/subjects/{sub}/leave`.

pub(crate) mod post;
