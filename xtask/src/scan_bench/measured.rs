//! One run of a program: how long it took, and the most memory that it had.

use std::fs;
use std::io::Read as _;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::Done;

/// How often its memory is looked at.
const OFTEN: Duration = Duration::from_millis(2);

/// What one run showed.
pub(super) struct Figure {
    pub(super) seconds: f64,
    pub(super) memory: f64,
    /// Its standard output.
    pub(super) said: String,
}

/// Runs it to its end. Its exit code says whether something was found, which differs between programs.
#[expect(clippy::disallowed_methods, reason = "what is measured is the time that passes")]
pub(super) fn measure(command: &mut Command) -> Done<Figure> {
    let name = command.get_program().to_string_lossy().into_owned();
    let fault = |fault: std::io::Error| format!("{name} could not be run: {fault}");
    let begun = Instant::now();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(fault)?;
    let mut pipe = child.stdout.take();
    let reading = std::thread::spawn(move || {
        let mut said = String::new();
        // What is no text was not found.
        let _ = pipe.as_mut().map(|pipe| pipe.read_to_string(&mut said));
        said
    });
    let mut memory = 0.0_f64;
    let status = loop {
        memory = memory.max(peak(child.id()).unwrap_or_default());
        if let Some(status) = child.try_wait().map_err(fault)? {
            break status;
        }
        sleep(OFTEN);
    };
    let seconds = begun.elapsed().as_secs_f64();
    let said = reading.join().unwrap_or_default();
    if status.code().is_none() {
        return Err(format!("{name} was ended by a signal"));
    }
    Ok(Figure { seconds, memory, said })
}

/// The most mebibytes that a process had in memory so far.
fn peak(process: u32) -> Option<f64> {
    let said = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = said.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kibibytes / 1024.0)
}
