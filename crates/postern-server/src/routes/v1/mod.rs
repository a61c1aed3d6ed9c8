//! `/v1`.

pub(crate) mod code_sets;
pub(crate) mod events;
pub(crate) mod get;
pub(crate) mod leaks;
pub(crate) mod log;
pub(crate) mod redemptions;
pub(crate) mod rehearsals;
pub(crate) mod subjects;
