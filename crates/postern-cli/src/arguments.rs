//! The command line: what can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Guards the back gate of an account: issues, verifies and revokes back-up MFA codes.
#[derive(Parser)]
#[command(name = "postern", version, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    /// Answers as JSON on standard output
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
    /// Brings the database to the shape that this release knows
    Migrate(Configured),
    /// Explains whether database, data folder and files are as the promises need them
    Doctor(Configured),
    /// Looks at a configuration
    #[command(subcommand)]
    Config(ConfigCommand),
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
    /// Verifies evidence
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Looks at one code, offline
    #[command(subcommand)]
    Code(CodeCommand),
    /// Prints completions for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
}

#[derive(Args)]
pub(crate) struct Configured {
    /// Configuration file
    #[arg(long, default_value = "postern.toml", env = "POSTERN_CONFIG")]
    pub(crate) config: PathBuf,
}

#[derive(Args)]
pub(crate) struct Demo {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:7878")]
    pub(crate) listen: std::net::SocketAddr,
    /// Folder for the data, removed at the end; a temporary one if absent
    #[arg(long)]
    pub(crate) data: Option<PathBuf>,
    /// An empty PostgreSQL database in place of the folder; it is left behind
    #[arg(long)]
    pub(crate) postgres: Option<String>,
    /// How much the service's own log says: error, warn, info, debug, trace
    #[arg(long, default_value = "warn")]
    pub(crate) log: String,
}

#[derive(Args)]
pub(crate) struct Init {
    /// Folder to make everything in
    pub(crate) folder: PathBuf,
    /// The installation's name in receipts and checkpoints: a host name, with a path if it needs one
    #[arg(long, default_value = "localhost")]
    pub(crate) name: String,
    /// An empty PostgreSQL database in place of the data folder, as a connection string
    #[arg(long)]
    pub(crate) postgres: Option<String>,
}

#[derive(Subcommand)]
pub(crate) enum ConfigCommand {
    /// Checks a configuration and says what would be used
    Check(Configured),
    /// Prints the commented reference
    Reference,
}

#[derive(Subcommand)]
pub(crate) enum TenantCommand {
    /// Creates a tenant
    Create {
        /// What people call it
        name: String,
        /// Prefix of its codes, 2 to 6 letters
        #[arg(long)]
        prefix: Option<String>,
        #[command(flatten)]
        configured: Configured,
    },
    /// Lists tenants
    List {
        #[command(flatten)]
        configured: Configured,
    },
    /// Changes the prefix, or what new sets of a tier are like
    Change(TenantChange),
}

#[derive(Args)]
pub(crate) struct TenantChange {
    /// Which tenant
    pub(crate) tenant: String,
    /// A new prefix; the one before stays in use beside it
    #[arg(long)]
    pub(crate) prefix: Option<String>,
    /// The tier whose settings change
    #[arg(long)]
    pub(crate) tier: Option<String>,
    /// Format of new sets: standard, compact, numeric
    #[arg(long, requires = "tier")]
    pub(crate) format: Option<String>,
    /// Codes of a new set
    #[arg(long, requires = "tier")]
    pub(crate) count: Option<u8>,
    /// Days that a new set works
    #[arg(long, requires = "tier")]
    pub(crate) lifetime_days: Option<u32>,
    /// A warning goes with every acceptance that leaves at most this many
    #[arg(long, requires = "tier")]
    pub(crate) low_stock: Option<u8>,
    /// How compact and numeric codes are stretched: argon2id, pbkdf2
    #[arg(long, requires = "tier")]
    pub(crate) stretch: Option<String>,
    #[command(flatten)]
    pub(crate) configured: Configured,
}

#[derive(Subcommand)]
pub(crate) enum ApplicationCommand {
    /// Creates an application and shows its key, once
    Create(ApplicationCreate),
    /// Lists a tenant's applications
    List {
        /// Whose
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        configured: Configured,
    },
    /// Keys of an application
    #[command(subcommand)]
    Key(KeyCommand),
}

#[derive(Args)]
pub(crate) struct ApplicationCreate {
    /// What people call it
    pub(crate) name: String,
    /// Whose
    #[arg(long)]
    pub(crate) tenant: String,
    /// What it may do, separated by commas: events:read, log:read, redeem, rehearse, sets:revoke, sets:stage, subjects:read, subjects:tier-raise, subjects:write
    #[arg(long, value_delimiter = ',', required = true)]
    pub(crate) scopes: Vec<String>,
    /// To which tiers: standard, elevated, privileged, break_glass, service. Events and the log are the whole
    /// tenant's: events:read and log:read work with all five only
    #[arg(long, value_delimiter = ',', default_value = "standard")]
    pub(crate) tiers: Vec<String>,
    /// Restrictions after a recovery that it enforces: enrol
    #[arg(long, value_delimiter = ',')]
    pub(crate) enforces: Vec<String>,
    /// Stagings per hour
    #[arg(long, default_value_t = postern_core::application::Caps::SHIPPED.stage)]
    pub(crate) stage_cap: u32,
    /// Revocations per hour
    #[arg(long, default_value_t = postern_core::application::Caps::SHIPPED.revoke)]
    pub(crate) revoke_cap: u32,
    #[command(flatten)]
    pub(crate) configured: Configured,
}

#[derive(Subcommand)]
pub(crate) enum KeyCommand {
    /// Makes a second key and shows it, once
    Create {
        /// Which application
        application: String,
        /// Whose
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        configured: Configured,
    },
    /// Revokes a key
    Revoke {
        /// Which application
        application: String,
        /// The key's number
        number: u32,
        /// Whose
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        configured: Configured,
    },
}

#[derive(Subcommand)]
pub(crate) enum ProverCommand {
    /// Registers a prover's public key, read as a JSON Web Key from a file
    Add {
        /// What people call it
        name: String,
        /// Whose
        #[arg(long)]
        tenant: String,
        /// The `iss` of its assertions
        #[arg(long)]
        issuer: String,
        /// File with the public key: OKP Ed25519 or EC P-256
        #[arg(long)]
        key: PathBuf,
        /// The highest level that it may vouch for: aal1, aal2, aal3
        #[arg(long, default_value = "aal2")]
        most: String,
        #[command(flatten)]
        configured: Configured,
    },
    /// Lists a tenant's provers
    List {
        /// Whose
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        configured: Configured,
    },
    /// Takes a prover out of use
    Revoke {
        /// Which
        prover: String,
        /// Whose
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        configured: Configured,
    },
}

#[derive(Subcommand)]
pub(crate) enum SubjectCommand {
    /// Shows a subject's sets and budgets
    Show {
        /// sub_… or the external id
        subject: String,
        /// Whose
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        configured: Configured,
    },
    /// Lists a tenant's subjects
    List {
        /// Whose
        #[arg(long)]
        tenant: String,
        /// After this id
        #[arg(long)]
        after: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 100)]
        limit: usize,
        #[command(flatten)]
        configured: Configured,
    },
}

/// Where a service is and who asks.
#[derive(Args)]
pub(crate) struct Remote {
    /// The service
    #[arg(long, default_value = "http://127.0.0.1:7878", env = "POSTERN_URL")]
    pub(crate) url: String,
    /// File with the application key; POSTERN_APPLICATION_KEY or a prompt otherwise
    #[arg(long)]
    pub(crate) key_file: Option<PathBuf>,
    /// File with a prover's signed assertion
    #[arg(long, conflicts_with = "assurance")]
    pub(crate) assertion: Option<PathBuf>,
    /// How the holder signed in, LEVEL:METHOD such as aal2:otp; only where the application's word is taken
    #[arg(long)]
    pub(crate) assurance: Option<String>,
}

#[derive(Args)]
pub(crate) struct Issue {
    /// sub_… or the external id
    pub(crate) subject: String,
    /// Why: renew, lost, compromised
    #[arg(long, default_value = "renew")]
    pub(crate) reason: String,
    /// Another format than the tier's
    #[arg(long)]
    pub(crate) format: Option<String>,
    /// Another count than the tier's
    #[arg(long)]
    pub(crate) count: Option<u8>,
    #[command(flatten)]
    pub(crate) remote: Remote,
}

#[derive(Args)]
pub(crate) struct Rehearse {
    /// sub_… or the external id
    pub(crate) subject: String,
    #[command(flatten)]
    pub(crate) remote: Remote,
}

#[derive(Args)]
pub(crate) struct Redeem {
    /// sub_… or the external id
    pub(crate) subject: String,
    /// The login transaction; a random one if absent
    #[arg(long)]
    pub(crate) txn: Option<String>,
    #[command(flatten)]
    pub(crate) remote: Remote,
}

#[derive(Args)]
pub(crate) struct Revoke {
    /// set_…
    pub(crate) set: String,
    /// One code by number
    #[arg(long)]
    pub(crate) slot: Option<u8>,
    /// Why: compromised, leaked, leaver, lost, other
    #[arg(long)]
    pub(crate) reason: String,
    /// Whose
    #[arg(long)]
    pub(crate) tenant: String,
    #[command(flatten)]
    pub(crate) configured: Configured,
}

#[derive(Subcommand)]
pub(crate) enum AuditCommand {
    /// Verifies logs, signatures and rows; exit code 3 if something is not as it was written
    Verify {
        /// One tenant; all if absent
        #[arg(long)]
        tenant: Option<String>,
        /// Also rebuilds every row from its events and compares
        #[arg(long)]
        replay: bool,
        #[command(flatten)]
        configured: Configured,
    },
}

#[derive(Subcommand)]
pub(crate) enum CodeCommand {
    /// Reads one word from standard input and says what it is
    Inspect {
        /// The prefix in use
        #[arg(long, default_value = "PSTN")]
        prefix: String,
    },
}
