//! Running other programs: said before they start, without a terminal, never in the background.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::Done;
use crate::place::root;

/// A program to be run in the repository's folder, with no standard input.
pub(crate) fn program(name: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root()).stdin(Stdio::null());
    command
}

/// Says what is run.
pub(crate) fn say(command: &Command) {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    println!("$ {}", words.join(" "));
}

/// Runs to the end; whether it succeeded.
pub(crate) fn succeeds(command: &mut Command) -> Done<bool> {
    say(command);
    command.status().map(|status| status.success()).map_err(|fault| not_started(command, &fault))
}

/// Runs to the end; not succeeding is a failure.
pub(crate) fn run(command: &mut Command) -> Done {
    if succeeds(command)? { Ok(()) } else { Err(format!("{} failed", first_words(command))) }
}

/// Runs silently; what it wrote to standard output.
pub(crate) fn output(command: &mut Command) -> Done<Vec<u8>> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|fault| not_started(command, &fault))?;
    if output.status.success() { Ok(output.stdout) } else { Err(format!("{} failed", first_words(command))) }
}

/// Whether a program is there and answers this argument.
pub(crate) fn answers(name: impl AsRef<std::ffi::OsStr>, argument: &str) -> bool {
    let status = program(name).arg(argument).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// Runs to the end and shows its standard output; also gives it, line by line.
pub(crate) fn shown(command: &mut Command) -> Done<(bool, Vec<String>)> {
    say(command);
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|fault| not_started(command, &fault))?;
    let mut lines = Vec::new();
    for line in child.stdout.take().into_iter().flat_map(|pipe| BufReader::new(pipe).split(b'\n')) {
        let Ok(line) = line else { break };
        let line = String::from_utf8_lossy(&line).into_owned();
        println!("{line}");
        lines.push(line);
    }
    let status = child.wait().map_err(|fault| not_started(command, &fault))?;
    Ok((status.success(), lines))
}

/// Runs silently for some seconds at most; whether it succeeded in that time.
pub(crate) fn succeeds_within(command: &mut Command, seconds: u64) -> Done<bool> {
    say(command);
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = quiet.spawn().map_err(|fault| not_started(command, &fault))?;
    for _ in 0..seconds * 10 {
        if let Some(status) = ended(&mut child) {
            return Ok(status.success());
        }
        sleep(Duration::from_millis(100));
    }
    // Whether it could still be ended or ended by itself, it was not in time.
    let _ = child.kill();
    let _ = child.wait();
    Ok(false)
}

fn ended(child: &mut Child) -> Option<ExitStatus> {
    child.try_wait().ok().flatten()
}

fn first_words(command: &Command) -> String {
    let arguments = command.get_args().take(2).map(|word| word.to_string_lossy().into_owned());
    std::iter::once(command.get_program().to_string_lossy().into_owned())
        .chain(arguments)
        .collect::<Vec<_>>()
        .join(" ")
}

fn not_started(command: &Command, fault: &std::io::Error) -> String {
    let name = command.get_program().to_string_lossy();
    format!("{name} could not be run: {fault}. Install it, or put it on the PATH")
}
