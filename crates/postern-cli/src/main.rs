//! The `postern` binary: reads the command line, picks the backend, gives exit codes.
//!
//! Data goes to standard output, messages to standard error. Exit codes: 0 done, 1 refused or failed,
//! 2 the command line or the configuration does not fit, 3 a verification found something.

mod arguments;
mod checks;
mod client;
mod commands;
mod config;
mod failure;
mod installation;
mod keys;
mod logging;
mod output;
mod prompt;
mod tls;

use std::process::ExitCode;

use clap::Parser as _;

use crate::arguments::Arguments;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(fault) => {
            output::message(&format!("error: the system gave no threads: {fault}"));
            return ExitCode::from(1);
        }
    };
    match runtime.block_on(commands::run(arguments)) {
        Ok(code) => code,
        Err(failure) => {
            output::message(&format!("error: {failure}"));
            failure.exit_code()
        }
    }
}
