//! Why a command was not done: one sentence that says what to do next, and an exit code.

use std::process::ExitCode;

/// A command that was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// It was refused, or something did not work.
    #[error("{0}")]
    Refused(String),
    /// The command line or the configuration does not fit.
    #[error("{0}")]
    Usage(String),
}

impl Failure {
    /// A refusal from anything that says what is wrong.
    pub(crate) fn refused(why: impl ToString) -> Self {
        Self::Refused(why.to_string())
    }

    /// The exit code.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Refused(_) => ExitCode::from(1),
            Self::Usage(_) => ExitCode::from(2),
        }
    }
}
