//! HTTP: routes, problems, OpenAPI, metrics, limits.
//!
//! ```text
//! connection ─► observe ─► deadline ─► admit ─► route: extract, one call of the application, JSON
//! ```
//!
//! | module | what lives there |
//! |---|---|
//! | `routes` | a folder is a path, a file is a method |
//! | `extract` | what handlers take from a request |
//! | [`bodies`] | every body that a route takes, read by itself |
//! | `wire` | JSON that several routes share |
//! | [`request_bytes`] | what an assertion is bound to, for clients to compute as well |
//! | `problem` | refusals as RFC 9457 documents |
//! | `layers` | what happens around every handler |
//! | [`keep`] | the counterpart on a second host: anchors and bundles of an installation elsewhere |
//! | [`operator`] | the Unix socket of the command line |
//!
//! Nothing here writes down a body, a key, a query or a code.

mod admin;
pub mod bodies;
mod connections;
mod crowd;
mod extract;
pub mod keep;
mod layers;
mod limits;
mod metrics;
mod openapi;
pub mod operator;
mod peer;
mod place;
mod problem;
mod readiness;
pub mod request_bytes;
mod routes;
mod scanners;
mod server;
mod service;
#[cfg(test)]
mod tests;
mod turns;
mod wire;

pub use limits::Limits;
pub use metrics::{InFlight, Metrics};
pub use openapi::openapi;
pub use problem::{Listed, problems};
pub use readiness::Readiness;
pub use server::{Administration, BindFault, Server};
