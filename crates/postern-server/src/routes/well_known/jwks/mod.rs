//! `/.well-known/jwks.json`.

pub(crate) mod get;
