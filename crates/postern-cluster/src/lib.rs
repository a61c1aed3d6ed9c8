//! For tests: throwaway servers of other people. A PostgreSQL cluster on a Unix socket, OpenBao and an
//! object store on loopback.
//!
//! Nothing here is part of the product. It may panic: that is how a test says that its ground is not there.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test's ground may panic")]

mod bouncer;
mod cluster;
mod database;
mod openbao;
mod process;
mod s3;

pub use bouncer::Bouncer;
pub use cluster::Cluster;
pub use database::{Database, SHARED_CLUSTER};
pub use openbao::{Certificate, OPENBAO, OpenBao, ROTATION_POLICY, SERVICE_POLICY};
pub use process::{installed, program};
pub use s3::{KEY_ID, S3, S3_SERVER, SECRET};
