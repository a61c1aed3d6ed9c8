//! The cases, by what they are about.

pub(crate) mod altered;
pub(crate) mod claims;
pub(crate) mod guards;
pub(crate) mod lists;
pub(crate) mod logs;
pub(crate) mod records;
