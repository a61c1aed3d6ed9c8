//! `/v1/redemptions`.

mod accepted;
pub(crate) mod post;
