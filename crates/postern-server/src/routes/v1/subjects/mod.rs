//! `/v1/subjects`.

pub(crate) mod lookup;
pub(crate) mod post;
pub(crate) mod sub;
