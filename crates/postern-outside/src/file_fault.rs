//! Why a file was not used, and what to do about it.

use std::path::PathBuf;

/// A file was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// There is none.
    #[error("there is no file {path}: check the path, or restore the file from its backup")]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// A new file would have replaced another.
    #[error(
        "{path} exists already and is never overwritten: name another path, or move that file away if nothing uses it"
    )]
    Exists {
        /// The file that is there.
        path: PathBuf,
    },
    /// A symbolic link, a folder, a device.
    #[error("{path} is no ordinary file but a link, a folder or a device: name the file itself")]
    NotOrdinary {
        /// What is there.
        path: PathBuf,
    },
    /// Others than the owner may read or write it.
    #[error(
        "others than the owner may use {path} (mode {mode:04o}): run `chmod 600 {path}`, and find out who could"
    )]
    Shared {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Somebody else's.
    #[error(
        "{path} belongs to user {owner}, and this process runs as user {user}: run it as {owner}, or `chown {user} {path}`"
    )]
    Foreign {
        /// The file.
        path: PathBuf,
        /// The id of the user to whom it belongs.
        owner: u32,
        /// The id of the user as whom this process runs.
        user: u32,
    },
    /// Longer than such a file can be.
    #[error("{path} is longer than the {most} bytes that such a file can have: check the path")]
    TooLong {
        /// The file.
        path: PathBuf,
        /// The most that is read, in bytes.
        most: u64,
    },
    /// The operating system refused.
    #[error("{path}: could not {step}: {source}; check the folder, its permissions and the space left")]
    System {
        /// The file.
        path: PathBuf,
        /// What was tried: completes "could not …".
        step: &'static str,
        /// What the operating system said.
        source: std::io::Error,
    },
}
