//! A test program with little time: what it started ends with it.

use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::Done;

/// How a program ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum End {
    /// It succeeded, in this time.
    Well(Duration),
    /// It failed.
    Failed,
    /// It was ended, for it took too long.
    Late,
}

/// Runs a program silently, in a process group of its own.
#[expect(clippy::disallowed_methods, reason = "how long a test takes is what is asked")]
pub(super) fn run(command: &mut Command, limit: Duration) -> Done<End> {
    let begun = Instant::now();
    command.process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|fault| format!("{:?}: {fault}", command.get_program()))?;
    let mut pause = Duration::from_millis(1);
    let end = loop {
        match ended(&mut child) {
            Some(status) if status.success() => break End::Well(begun.elapsed()),
            Some(_) => break End::Failed,
            None if begun.elapsed() > limit => break End::Late,
            None => sleep(pause),
        }
        pause = (pause * 2).min(Duration::from_millis(20));
    };
    // A group without anybody in it is as good as ended.
    let _ = kill_process_group(Pid::from_child(&child), Signal::KILL);
    let _ = child.wait();
    Ok(end)
}

fn ended(child: &mut Child) -> Option<ExitStatus> {
    child.try_wait().ok().flatten()
}
