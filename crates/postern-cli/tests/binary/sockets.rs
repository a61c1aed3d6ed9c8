//! Health and metrics over a Unix socket.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

use postern_testkit::installed::Installed;

use crate::POSTERN;

/// An installation whose administrator's listener is `admin.sock` beside its configuration.
fn installed() -> Installed {
    let installed = Installed::new(POSTERN);
    let config = fs::read_to_string(installed.config()).unwrap();
    let admin = config.replace("admin = \"127.0.0.1:0\"", "admin = \"unix:admin.sock\"");
    assert_ne!(config, admin);
    fs::write(installed.config(), admin).unwrap();
    installed
}

fn asked(socket: &Path, path: &str) -> String {
    let mut stream = UnixStream::connect(socket).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn health_and_metrics_are_answered_on_a_unix_socket_that_goes_with_the_service() {
    let installed = installed();
    let socket = installed.home().join("admin.sock");
    // What a killed service left.
    drop(UnixListener::bind(&socket).unwrap());
    let serving = installed.serve();
    assert_eq!(serving.admin, format!("unix:{}", socket.display()));
    let file = fs::symlink_metadata(&socket).unwrap();
    assert!(file.file_type().is_socket());
    assert_eq!(file.permissions().mode() & 0o777, 0o660);
    assert!(asked(&socket, "/healthz").starts_with("HTTP/1.1 200"));
    assert!(asked(&socket, "/metrics").contains("\n# EOF"));
    assert!(asked(&socket, "/v1/").starts_with("HTTP/1.1 404"), "it is not the public API");
    while !asked(&socket, "/readyz").starts_with("HTTP/1.1 200") {
        std::thread::yield_now();
    }
    let second = installed.command(&["serve"], "");
    assert!(!second.status.success() && socket.exists(), "a second service took the socket");
    assert_eq!(serving.stop(), Some(0));
    assert!(!socket.exists(), "the socket outlives its service");
}

#[test]
fn what_is_not_a_socket_is_not_replaced() {
    let installed = installed();
    let place = installed.home().join("admin.sock");
    fs::write(&place, "precious").unwrap();
    let refused = installed.command(&["serve"], "");
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("is not a socket"));
    assert_eq!(fs::read_to_string(&place).unwrap(), "precious");
}
