//! Measures the built binary over loopback: redemptions, refusals and stages, memory and start, and in the
//! same run the bare limits of the machine. Nothing is asserted of a timing.
//!
//! | limit | is |
//! |---|---|
//! | W | the same rows, columns and bytes in a bare loop over SQLite, or by `pgbench` in one statement: `bare` |
//! | N | the same request to a server that does nothing, from the same generator: `empty.rs` |
//! | C | CPU of prepare, decide and sign, without HTTP and disk: `decide.rs` |
//! | L | what these three leave at best: 1 / (1/W + 1/N + C/cores) |
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the table is its output, progress goes beside"
)]

mod again;
mod bare;
mod decide;
mod demo;
mod empty;
mod figures;
mod fill;
mod load;
mod machine;
mod meter;
mod people;
mod requests;
mod rounds;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// What went wrong.
type Fault = Box<dyn std::error::Error + Send + Sync>;
/// What a step gives.
type Done<T = ()> = Result<T, Fault>;

/// Which store is measured.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    /// A data folder.
    Sqlite,
    /// A cluster of its own, beside `pgbench` on it.
    Postgres,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }

    /// What W is.
    const fn bare(self) -> &'static str {
        match self {
            Self::Sqlite => "W: bare SQLite loop, groups of 64",
            Self::Postgres => "W: pgbench, one statement for a redemption, 64 clients",
        }
    }
}

/// Measures; `cargo xtask bench` builds and runs it.
#[derive(Parser)]
struct Options {
    /// The binary to measure, of the profile `release`
    #[arg(long, required_unless_present = "empty")]
    postern: Option<PathBuf>,
    /// Which store
    #[arg(long, value_enum, default_value_t = Kind::Sqlite)]
    store: Kind,
    /// Rounds; each figure is the median over them
    #[arg(long, default_value_t = 5)]
    rounds: u32,
    /// Seconds of each measurement in a round
    #[arg(long, default_value_t = 2)]
    seconds: u32,
    /// People that are in the database first: written in large pieces, not over HTTP
    #[arg(long, default_value_t = 0)]
    people: u64,
    /// Seconds of rounds after which no further one begins
    #[arg(long, default_value_t = 900)]
    limit: u32,
    /// Prints JSON instead of the table
    #[arg(long)]
    json: bool,
    /// Is the server that does nothing, with answers of so many bytes
    #[arg(long, hide = true)]
    empty: Option<usize>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let done = match (options.empty, &options.postern) {
        (Some(bytes), _) => empty::serve(bytes),
        (None, Some(postern)) => measure(postern, &options),
        (None, None) => Err("--postern names the binary to measure".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("bench: {fault}");
            ExitCode::FAILURE
        }
    }
}

/// The generator has one thread: the rest of the machine is the server's.
fn measure(postern: &std::path::Path, options: &Options) -> Done {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let figures = runtime.block_on(async {
        tokio::select! {
            figures = rounds::measure(postern, options) => figures,
            _ = tokio::signal::ctrl_c() => Err("interrupted; nothing is left behind".into()),
        }
    })?;
    println!("{}", if options.json { table::json(&figures).to_string() } else { table::markdown(&figures) });
    Ok(())
}
