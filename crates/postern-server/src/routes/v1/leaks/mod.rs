//! `/v1/leaks`.

pub(crate) mod check;
pub(crate) mod inspect;
