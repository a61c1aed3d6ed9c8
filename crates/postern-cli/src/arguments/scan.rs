//! Finding leaked codes.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::AskedService;

/// What `postern scan` ends with. Its own, so that it fits where other scanners are called: hooks and pipelines.
const EXIT_CODES: &str = "\
Exit codes of a scan:
  0  nothing was found, and everything was read
  1  something was found that is as sure as --fail-on says
  2  the command line does not fit, or nothing was found and something could not be read, or not be asked about";

#[derive(Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Scan {
    /// Files and folders; hidden and ignored files in them are read too, links are not followed
    #[arg(required_unless_present_any = ["stdin", "git"])]
    pub(crate) paths: Vec<PathBuf>,
    /// Reads standard input too
    #[arg(long)]
    pub(crate) stdin: bool,
    /// Reads the whole history of a git repository too, with what was deleted; may be given again
    #[arg(long, value_name = "REPOSITORY")]
    pub(crate) git: Vec<PathBuf>,
    /// Recognises text in pictures, with tesseract (Debian: tesseract-ocr). Slow, and not sure of every symbol
    #[arg(long)]
    pub(crate) ocr: bool,
    /// A prefix that codes of this organisation have or had; may be given again
    #[arg(long, default_value = "PSTN")]
    pub(crate) prefix: Vec<String>,
    /// File with rules of other codes (TOML), besides those that are built in; may be given again
    #[arg(long, value_name = "FILE")]
    pub(crate) rules: Vec<PathBuf>,
    /// Also looks for codes of providers whose shape no source shows: more is found, and more of it is wrong
    #[arg(long)]
    pub(crate) unconfirmed: bool,
    /// How the report is written; jsonl with --json
    #[arg(long, value_enum, default_value_t = ScanForm::Text)]
    pub(crate) format: ScanForm,
    /// From which confidence on a finding makes the exit code 1: possible, likely, certain
    #[arg(long, default_value = "likely")]
    pub(crate) fail_on: String,
    /// File with the key of the digests: 16 random bytes or more. Without it each scan has its own
    #[arg(long, value_name = "FILE")]
    pub(crate) digest_key: Option<PathBuf>,
    /// Report (jsonl) of an earlier scan under the same key; what it holds is not told again
    #[arg(long, value_name = "FILE", requires = "digest_key")]
    pub(crate) baseline: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) asked: AskedService,
    /// Only codes with a prefix: many times as fast, for very much data
    #[arg(long)]
    pub(crate) only_prefixed: bool,
    /// Threads; as many as there are processors if none are named
    #[arg(long, value_name = "NUMBER")]
    pub(crate) threads: Option<NonZeroUsize>,
    /// File that keeps what has been read, no content: an interrupted scan goes on, and reads no file twice
    #[arg(long, value_name = "FILE", requires = "digest_key", conflicts_with = "stdin")]
    pub(crate) resume: Option<PathBuf>,
    /// Goes on: what is new or changes in the folders is looked through, until it is ended by a signal
    #[arg(long, conflicts_with_all = ["stdin", "resume"])]
    pub(crate) watch: bool,
}

/// How a report is written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScanForm {
    /// For people
    Text,
    /// JSON Lines
    Jsonl,
    /// SARIF 2.1.0
    Sarif,
    /// One page for a browser
    Html,
}
