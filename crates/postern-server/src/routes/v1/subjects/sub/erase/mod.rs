//! `/v1/subjects/{sub}/erase`.

pub(crate) mod post;
