//! Other hosts that keep the anchor and what is shipped, over HTTPS.
//!
//! | module | what lives there |
//! |---|---|
//! | [`S3`] | a bucket of an object store that speaks S3 |
//! | [`SecondHost`] | a host where `postern keep` runs |
//! | [`HttpWitness`] | a witness, who cosigns checkpoints |
//! | `names` | what a second host lists, page by page |
//! | `ask` | one request: bounded in time and bytes, without redirects and proxies |
//!
//! Credentials are in files that are read anew for every request, and are in no message.

mod ask;
mod fault;
mod host;
mod names;
mod s3;
mod witness;

pub use ask::{Client, Trust};
pub(crate) use ask::{agent, is_encrypted};
pub use fault::RemoteFault;
pub use host::{HostCell, HostSettings, SecondHost};
pub use s3::{S3, S3Cell, S3Settings};
pub use witness::HttpWitness;
