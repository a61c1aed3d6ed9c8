//! `/v1/log`.

pub(crate) mod checkpoint;
