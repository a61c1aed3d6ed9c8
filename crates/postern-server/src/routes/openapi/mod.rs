//! `/openapi.json`.

pub(crate) mod get;
