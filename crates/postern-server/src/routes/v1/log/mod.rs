//! `/v1/log`.

pub(crate) mod checkpoint;
pub(crate) mod proof;
pub(crate) mod tile;
