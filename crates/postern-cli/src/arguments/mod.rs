//! The command line: what can be typed.

mod anchor;
mod application;
mod audit;
mod backup;
mod campaign;
mod codes;
mod init;
mod installation;
mod keeper;
mod key;
mod prover;
mod scan;
mod scan_server;
mod subject;
mod tenant;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub(crate) use self::anchor::{AnchorCommand, Keep};
pub(crate) use self::application::{ApplicationCommand, ApplicationCreate, KeyCommand};
pub(crate) use self::audit::{AuditCommand, AuditProof};
pub(crate) use self::backup::{BackupCommand, Restore};
pub(crate) use self::campaign::{CampaignCommand, CampaignOf};
pub(crate) use self::codes::{CodeCommand, Issue, PatternsFor, Redeem, Rehearse, Remote, Revoke};
pub(crate) use self::init::Init;
pub(crate) use self::installation::{ConfigCommand, Demo};
pub(crate) use self::keeper::{Keeper, absolute};
pub(crate) use self::key::{KeyFileCommand, KeyMove};
pub(crate) use self::prover::ProverCommand;
pub(crate) use self::scan::{Scan, ScanForm};
pub(crate) use self::scan_server::AskedService;
pub(crate) use self::subject::SubjectCommand;
pub(crate) use self::tenant::{TenantChange, TenantCommand};

/// Guards the back gate of an account: issues, verifies and revokes back-up MFA codes.
#[derive(Parser)]
#[command(name = "postern", version, disable_help_subcommand = true)]
#[command(after_help = crate::failure::exit_codes())]
pub(crate) struct Arguments {
    /// Answers as JSON on standard output: one value a line, also when it is refused
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Starts a demonstration on temporary data and prints what to type
    Demo(Demo),
    /// Makes a configuration, keys, an anchor and an empty data folder
    Init(Init),
    /// Serves
    Serve(Configured),
    /// The anchor, moved to another host
    #[command(subcommand)]
    Anchor(AnchorCommand),
    /// Keeps anchors and shipped events for an installation on another host
    Keep(Keep),
    /// Brings the database to the shape that this release knows
    Migrate(Configured),
    /// Explains whether database, data folder and files are as the promises need them
    Doctor(Configured),
    /// Looks at a configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// The key file, sealed and opened
    #[command(subcommand)]
    Key(KeyFileCommand),
    /// Tenants: organisations apart from each other
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// Applications that may call, and their keys
    #[command(subcommand)]
    Application(ApplicationCommand),
    /// Provers, who vouch that a holder was there
    #[command(subcommand)]
    Prover(ProverCommand),
    /// Subjects: holders of codes
    #[command(subcommand)]
    Subject(SubjectCommand),
    /// Stages a set, shows its codes once, and confirms it with one of them
    Issue(Issue),
    /// Tries a code without spending it
    Rehearse(Rehearse),
    /// Redeems a code
    Redeem(Redeem),
    /// Revokes a set, or one code by number
    Revoke(Revoke),
    /// Ends very many sets: of a tenant, a date or a version of the pepper
    #[command(subcommand)]
    Campaign(CampaignCommand),
    /// Verifies evidence, gives it away, checks it elsewhere
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Backups: made while the service runs, laid down again
    #[command(subcommand)]
    Backup(BackupCommand),
    /// Looks at one code, offline
    #[command(subcommand)]
    Code(CodeCommand),
    /// Finds leaked codes in files, folders, standard input and the history of git, offline
    Scan(Scan),
    /// Reads one document for a scan, under limits: from standard input, for the program itself
    #[command(hide = true)]
    Document {
        /// Which kind
        kind: String,
    },
    /// Prints completions for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Prints the manual page; with --json, all that can be typed
    Man {
        /// A folder to write the pages of all commands to
        #[arg(long, value_name = "FOLDER")]
        to: Option<PathBuf>,
    },
}

#[derive(Args)]
pub(crate) struct Configured {
    /// Configuration file
    #[arg(long, default_value = "postern.toml", env = "POSTERN_CONFIG")]
    pub(crate) config: PathBuf,
}
