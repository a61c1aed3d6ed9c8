//! What the `postern` binary does: reads the command line, picks the backend, gives exit codes.
//!
//! Data goes to standard output, messages to standard error. With `--json` standard output has one JSON value a line
//! and nothing else, also when something went wrong. The exit codes are [`failure::EXIT_CODES`].

mod arguments;
mod checks;
mod client;
mod commands;
mod config;
mod core_dumps;
mod elsewhere;
mod failure;
mod installation;
mod keys;
mod logging;
mod output;
mod progress;
mod prompt;
mod sockets;
mod tls;

use std::process::ExitCode;

use clap::Parser as _;
use clap::error::ErrorKind;

use crate::arguments::{Arguments, Command};
pub use crate::config::spelled;
use crate::failure::Failure;

/// Does what the command line says.
#[must_use]
pub fn run() -> ExitCode {
    logging::name_panics_by_place();
    if let Err(fault) = core_dumps::forbid() {
        output::message(&format!(
            "note: core dumps could not be turned off ({fault}); turn them off for this user"
        ));
    }
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(said) => return not_parsed(&said),
    };
    if let Command::Document { kind } = &arguments.command {
        // Before there are threads: what it may use is counted from here.
        return commands::document(kind);
    }
    let json = arguments.json;
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(fault) => {
            return failed(&Failure::refused(format!("the system gave no threads: {fault}")), json);
        }
    };
    runtime.block_on(commands::run(arguments)).unwrap_or_else(|failure| failed(&failure, json))
}

/// Says why a command was not done.
fn failed(failure: &Failure, json: bool) -> ExitCode {
    if json {
        output::data(&failure.to_json().to_string());
    }
    output::message(&format!("error: {failure}"));
    failure.exit_code()
}

/// Help, the version, or what does not fit: as clap has it, or as JSON if that was typed.
fn not_parsed(said: &clap::Error) -> ExitCode {
    if !std::env::args_os().any(|argument| argument == "--json") {
        said.exit();
    }
    let text = said.render().to_string().trim_end().to_owned();
    let member = match said.kind() {
        ErrorKind::DisplayVersion => "version",
        _ if said.use_stderr() => {
            let text = text.strip_prefix("error: ").unwrap_or(&text);
            return failed(&Failure::Usage(text.to_owned()), true);
        }
        _ => "help",
    };
    output::data(&serde_json::json!({ member: text }).to_string());
    ExitCode::SUCCESS
}
