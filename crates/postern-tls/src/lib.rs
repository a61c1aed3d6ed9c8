//! TLS: what a listener shows and asks for, and how a counterpart is verified. The one room that names rustls.
//!
//! TLS 1.3 and 1.2 with the algorithms that rustls and aws-lc ship. Nothing here reads files: the bytes of PEM files
//! come in.

mod connecting;
mod listening;
mod material;

pub use connecting::Connecting;
pub use listening::{Greeted, Listening, Secured, is_list_outdated};
pub use material::{Fault, Material};
pub use tokio_rustls::{client, server};
