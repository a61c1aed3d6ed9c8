//! An object store that speaks S3, on loopback: moto's, which heeds `If-Match` and `If-None-Match` of a write, behind a
//! check of every signature by botocore.

use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use rustix::process::Signal;
use tempfile::TempDir;

use crate::openbao::free_port;
use crate::process::Process;

/// The environment variable that names a Python which has moto; `python3` of the path without it.
pub const S3_SERVER: &str = "POSTERN_TEST_S3";
/// The one access key's id.
pub const KEY_ID: &str = "MADEUPKEYID";
/// Its secret.
pub const SECRET: &str = "made-up-secret";

const PROGRAM: &str = include_str!("../../../tests-outside/s3_checked.py");

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
        let program = std::env::var_os(S3_SERVER).map_or_else(|| "python3".into(), PathBuf::from);
        let mut server = Command::new("setpriv");
        server.args(["--pdeathsig", "KILL", "--"]).arg(program);
        server.args(["-c", PROGRAM, &port.to_string(), bucket, KEY_ID, SECRET]).stdin(Stdio::null());
        let answers = || TcpStream::connect(("127.0.0.1", port)).is_ok();
        let server = Process::start_until(server, Signal::TERM, folder.path(), answers);
        Self { _server: server, _folder: folder, port }
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}
