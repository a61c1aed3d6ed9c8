//! `/v1/code-sets/{set}/confirm`.

pub(crate) mod post;
