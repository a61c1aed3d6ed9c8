//! A file opened so that nothing about it can hold the scan up: no pipe is waited for, no growing file is followed.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rustix::fs::OFlags;

/// Opens a regular file and says how long it is now.
///
/// # Errors
/// What the system says, or that it is no regular file.
pub(super) fn open(path: &Path, walked: bool) -> io::Result<(File, u64)> {
    // Without NONBLOCK opening a pipe waits for a writer. A link that took a walked file's place is not followed.
    let flags = if walked { OFlags::NONBLOCK | OFlags::NOFOLLOW } else { OFlags::NONBLOCK };
    let flags = i32::try_from(flags.bits()).map_err(io::Error::other)?;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    Ok((file, metadata.len()))
}
