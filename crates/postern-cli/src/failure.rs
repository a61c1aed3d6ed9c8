//! Why a command was not done: one sentence that says what to do next, a name that programs read, and an exit code.

use std::process::ExitCode;

use serde_json::{Value, json};

/// Every exit code, its name, and what it means: in the manual, in the help and in the reference.
pub(crate) const EXIT_CODES: [(u8, &str, &str); 4] = [
    (0, "done", "done"),
    (1, "refused", "refused, or something did not work"),
    (2, "usage", "the command line or the configuration does not fit"),
    (3, "found", "a verification found something"),
];

/// A command that was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// It was refused, or something did not work.
    #[error("{0}")]
    Refused(String),
    /// The command line or the configuration does not fit.
    #[error("{0}")]
    Usage(String),
    /// The service refused it, with a problem of the closed list.
    #[error("{told}")]
    Problem {
        /// The problem's name.
        name: String,
        /// What to tell a person.
        told: String,
    },
}

impl Failure {
    /// A refusal from anything that says what is wrong.
    pub(crate) fn refused(why: impl ToString) -> Self {
        Self::Refused(why.to_string())
    }

    /// The same where 1 means that something was found.
    pub(crate) fn into_usage(self) -> Self {
        Self::Usage(self.to_string())
    }

    /// Its name for programs: `refused`, `usage`, or the problem that the service named.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Refused(_) => "refused",
            Self::Usage(_) => "usage",
            Self::Problem { name, .. } => name,
        }
    }

    /// The exit code, as a number.
    pub(crate) const fn code(&self) -> u8 {
        match self {
            Self::Refused(_) | Self::Problem { .. } => 1,
            Self::Usage(_) => 2,
        }
    }

    /// The exit code.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code())
    }

    /// What `--json` says of it.
    pub(crate) fn to_json(&self) -> Value {
        json!({ "error": self.name(), "exit_code": self.code(), "message": self.to_string() })
    }
}

/// The exit codes as the help has them.
pub(crate) fn exit_codes() -> String {
    let lines = EXIT_CODES.map(|(code, _, means)| format!("\n  {code}  {means}"));
    format!("Exit codes:{}", lines.concat())
}
