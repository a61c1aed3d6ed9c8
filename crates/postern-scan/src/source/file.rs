//! A file opened so that nothing about it can hold the scan up: no pipe is waited for, no growing file is followed.

use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::OFlags;

/// Why anything else is skipped.
const NO_FILE: &str = "it is no regular file";

/// Opens a regular file and says what it is now.
///
/// # Errors
/// What the system says, or that it is no regular file.
pub(super) fn open(path: &Path, walked: bool, kind: FileType) -> io::Result<(File, Metadata)> {
    // Opening a device may do something: a tape is wound back, a watchdog begins to count.
    let is_file = if walked { kind.is_file() } else { path.metadata()?.is_file() };
    if !is_file {
        return Err(io::Error::other(NO_FILE));
    }
    // Without NONBLOCK opening a pipe waits for a writer. A link that took a walked file's place is not followed.
    let flags = if walked { OFlags::NONBLOCK | OFlags::NOFOLLOW } else { OFlags::NONBLOCK };
    let flags = i32::try_from(flags.bits()).map_err(io::Error::other)?;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other(NO_FILE));
    }
    Ok((file, metadata))
}

/// What tells a file that has changed, or is another, from what it was.
pub(super) fn sign(path: &Path, metadata: &Metadata) -> Vec<u8> {
    let mut sign = path.as_os_str().as_encoded_bytes().to_vec();
    let times = [
        (metadata.mtime(), metadata.mtime_nsec()),
        // A time of change cannot be set back.
        (metadata.ctime(), metadata.ctime_nsec()),
    ];
    sign.extend(metadata.len().to_be_bytes());
    sign.extend(
        times.into_iter().flat_map(|(seconds, rest)| [seconds.to_be_bytes(), rest.to_be_bytes()]).flatten(),
    );
    sign
}
