//! Why another host is not asked at all, and what to do about it. Never with a credential.

use std::path::PathBuf;

use crate::FileFault;

/// What the configuration says of another host is of no use.
#[derive(Debug, thiserror::Error)]
pub enum RemoteFault {
    /// What is sent would be read on the way.
    #[error(
        "{0:?} is no address that this may be sent to: it looks like https://second.example:7443. Plain http is taken on this machine's loopback only"
    )]
    Address(String),
    /// A certificate authority is needed, and there is none.
    #[error(
        "{path} has no certificate in PEM: name the certificate authority of the server in ca_file; /etc/ssl/certs/ca-certificates.crt has those that the system believes"
    )]
    NoAuthority {
        /// The file, or the setting that names none.
        path: PathBuf,
    },
    /// A certificate for us without its key, or none in the file.
    #[error("{path} has no certificate and key in PEM that this side can show")]
    NoClient {
        /// The file.
        path: PathBuf,
    },
    /// A name that would not come through.
    #[error("{0:?} is no name here: letters, digits, `_`, `-`, `.` and, between them, `/`")]
    Name(String),
    /// A bucket or region that makes no address.
    #[error("{0:?} is no bucket of an object store")]
    Bucket(String),
    /// A file.
    #[error(transparent)]
    File(#[from] FileFault),
}
