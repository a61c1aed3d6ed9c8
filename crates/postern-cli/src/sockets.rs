//! Unix sockets that the service listens on: made, replaced when they are left over, removed at the end.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};

use crate::failure::Failure;

/// Of the operator's socket: for the service's own user, since it does everything.
pub(crate) const OPERATOR: u32 = 0o600;

/// Of the administrator's socket: for the service's group too, in which whoever reads the numbers is.
pub(crate) const ADMIN: u32 = 0o660;

/// Listens on a Unix socket of this mode: it is made in a folder of its own, closed, and then put in its place. A socket
/// that nobody answers is replaced; anything else at the place is not touched.
pub(crate) async fn listen(path: &Path, mode: u32) -> Result<UnixListener, Failure> {
    let shown = path.display();
    let failed =
        |fault: std::io::Error| Failure::refused(format!("the socket {shown} could not be made: {fault}"));
    match UnixStream::connect(path).await {
        Ok(_) => {
            return Err(Failure::refused(format!("another service answers at {shown}. Stop it first")));
        }
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => {}
        Err(fault) if fault.kind() == io::ErrorKind::ConnectionRefused => {
            let left = std::fs::symlink_metadata(path).map_err(failed)?;
            if !left.file_type().is_socket() {
                let why = "is not a socket. Put it away, or name another place";
                return Err(Failure::refused(format!("{shown} {why}")));
            }
        }
        Err(fault) => return Err(failed(fault)),
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let closed = tempfile::Builder::new().prefix(".postern-").tempdir_in(parent).map_err(failed)?;
    let made = closed.path().join("socket");
    let listener = UnixListener::bind(&made).map_err(failed)?;
    std::fs::set_permissions(&made, Permissions::from_mode(mode)).map_err(failed)?;
    std::fs::rename(&made, path).map_err(failed)?;
    Ok(listener)
}

/// A socket's file, removed when this is dropped.
pub(crate) struct Removed(pub(crate) PathBuf);

impl Drop for Removed {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
