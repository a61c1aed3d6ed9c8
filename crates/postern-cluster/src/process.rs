//! Programs of other people: where they are, who they run as, and that none outlives the test.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, geteuid, kill_process};
use tempfile::TempDir;

/// Whether the programs of `PostgreSQL` and `PgBouncer` are on this machine.
#[must_use]
pub fn installed() -> bool {
    ["initdb", "postgres", "psql", "pg_isready", "pgbouncer"].iter().all(|name| find(name).is_some())
}

/// Newest version of Debian's first: its server is not on the PATH.
fn find(name: &str) -> Option<PathBuf> {
    let version = |folder: &PathBuf| folder.file_name()?.to_str()?.parse::<u32>().ok();
    let entries = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut debian = entries.map(|entry| entry.path()).collect::<Vec<_>>();
    debian.sort_by_key(|folder| std::cmp::Reverse(version(folder)));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let debian = debian.into_iter().map(|folder| folder.join("bin"));
    let folders = debian.chain(std::env::split_paths(&path)).chain(["/usr/sbin".into()]);
    folders.map(|folder| folder.join(name)).find(|program| program.is_file())
}

/// Where a program of PostgreSQL is.
///
/// # Panics
/// If it is missing.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    find(name)
        .unwrap_or_else(|| panic!("{name} is missing: install Debian's postgresql (cargo xtask test does)"))
}

/// A folder of its own that nobody else may enter, for whoever reaches the socket is trusted. Its path is short:
/// a socket's holds 107 bytes.
pub(crate) fn folder() -> TempDir {
    let mode = Permissions::from_mode(0o700);
    let folder = tempfile::Builder::new().prefix("pg").permissions(mode).tempdir().unwrap();
    if geteuid().is_root() {
        run(Command::new("chown").arg("postgres:").arg(folder.path()));
    }
    folder
}

/// A server's program. It will not run as root, so root hands it to `postgres`; it dies with who started it.
pub(crate) fn server(name: &str, folder: &Path, death: &str) -> Command {
    let mut command = Command::new("setpriv");
    if geteuid().is_root() {
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]);
    }
    command.args(["--pdeathsig", death, "--"]).arg(program(name)).current_dir(folder).stdin(Stdio::null());
    command
}

/// Runs to the end; what it printed.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|fault| panic!("{command:?}: {fault}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Asks until a server answers.
pub(crate) fn answers(socket: &Path, port: &str) -> bool {
    let mut ask = Command::new(program("pg_isready"));
    ask.args(["-q", "-U", "postgres", "-p", port, "-h"]).arg(socket);
    ask.status().is_ok_and(|status| status.success())
}

/// A server that runs until this is dropped.
pub(crate) struct Process {
    child: Child,
    stop: Signal,
    /// Holds the thread that started it: the kernel takes that thread's end for the parent's death.
    _starter: Sender<()>,
}

impl Process {
    /// Starts it, its output in the folder's `log`, and waits until it answers.
    pub(crate) fn start(command: Command, stop: Signal, folder: &Path, port: &str) -> Self {
        Self::start_until(command, stop, folder, || answers(folder, port))
    }

    /// The same, with another way to ask.
    pub(crate) fn start_until(
        mut command: Command,
        stop: Signal,
        folder: &Path,
        answers: impl Fn() -> bool,
    ) -> Self {
        let log = folder.join("log");
        let file = File::options().create(true).append(true).open(&log).unwrap();
        command.stdout(file.try_clone().unwrap()).stderr(file);
        let (sender, receiver) = channel();
        let (starter, end) = channel::<()>();
        thread::spawn(move || {
            sender.send(command.spawn()).unwrap();
            // Nothing is ever sent: an error says that the process was dropped.
            let _ = end.recv();
        });
        let child = receiver.recv().unwrap().expect("setpriv of util-linux starts the server");
        let mut process = Self { child, stop, _starter: starter };
        if process.comes_to(answers) {
            return process;
        }
        panic!("the server does not answer: {}", fs::read_to_string(log).unwrap())
    }

    /// Waits until it answers; `false` if it ended.
    pub(crate) fn answers_again(&mut self, socket: &Path, port: &str) -> bool {
        self.comes_to(|| answers(socket, port))
    }

    fn comes_to(&mut self, answers: impl Fn() -> bool) -> bool {
        for _ in 0..3000 {
            if answers() {
                return true;
            }
            if self.child.try_wait().unwrap().is_some() {
                break;
            }
            thread::sleep(Duration::from_millis(20));
        }
        false
    }

    /// Ends it, if it still runs, and waits for that.
    pub(crate) fn stop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            // If it ended meanwhile, that is as good.
            let _ = kill_process(Pid::from_child(&self.child), self.stop);
            let _ = self.child.wait();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A connection string as libpq and its like read it.
pub(crate) fn url(socket: &Path, port: &str, database: &str) -> String {
    format!("host={} port={port} user=postgres dbname={database}", socket.display())
}

/// Asks a database; what it answered, or what was wrong.
pub(crate) fn psql(url: &str, sql: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program("psql"));
    command.args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-d", url, "-c"]).arg(sql).stdin(Stdio::null());
    command
}
