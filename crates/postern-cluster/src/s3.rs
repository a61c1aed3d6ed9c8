//! An object store that speaks S3, on loopback: moto's, which heeds `If-Match` and `If-None-Match` of a write. It
//! looks at no signature.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use rustix::process::Signal;
use tempfile::TempDir;

use crate::openbao::free_port;
use crate::process::Process;

/// The environment variable that names the program; `moto_server` of the path without it.
pub const S3_SERVER: &str = "POSTERN_TEST_S3";

/// A running server. Dropped, it ends, and what it kept is gone.
pub struct S3 {
    _server: Process,
    _folder: TempDir,
    port: u16,
}

impl S3 {
    /// Starts a server with an empty bucket of this name.
    #[must_use]
    pub fn start(bucket: &str) -> Self {
        let (folder, port) = (TempDir::new().unwrap(), free_port());
        let program = std::env::var_os(S3_SERVER).map_or_else(|| "moto_server".into(), PathBuf::from);
        let mut server = Command::new("setpriv");
        server.args(["--pdeathsig", "KILL", "--"]).arg(program);
        server.args(["-H", "127.0.0.1", "-p", &port.to_string()]).stdin(Stdio::null());
        let answers = || TcpStream::connect(("127.0.0.1", port)).is_ok();
        let server = Process::start_until(server, Signal::TERM, folder.path(), answers);
        let made = Self { _server: server, _folder: folder, port };
        made.create(bucket);
        made
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn create(&self, bucket: &str) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let port = self.port;
        let ask = format!(
            "PUT /{bucket} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(ask.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.contains(" 200 "), "{answer}");
    }
}
