//! The table of rooms: which crate may know which. docs/architecture.md says why.

/// What one crate of the workspace may depend on.
pub(super) struct Room {
    /// The crate.
    pub(super) name: &'static str,
    /// Crates of the workspace that it may depend on.
    pub(super) knows: &'static [&'static str],
    /// And those that only its tests may.
    pub(super) tests: &'static [&'static str],
    /// Other people's crates that it must not reach, over whatever path.
    pub(super) never: &'static [&'static str],
}

/// A crate of other people's that only some rooms may name.
pub(super) struct Owned {
    /// The crate.
    pub(super) name: &'static str,
    /// Who may.
    pub(super) owners: &'static [&'static str],
    /// What it stands for.
    pub(super) because: &'static str,
}

pub(super) const ROOMS: [Room; 15] = [
    Room {
        name: "postern-codes",
        knows: &[],
        tests: &[],
        never: &["tokio", "getrandom", "rusqlite", "axum", "hyper", "aws-lc-rs", "serde"],
    },
    Room {
        name: "postern-log",
        knows: &[],
        tests: &[],
        never: &["tokio", "rusqlite", "axum", "hyper", "aws-lc-rs"],
    },
    Room {
        name: "postern-core",
        knows: &["postern-codes", "postern-log"],
        tests: &[],
        never: &["tokio", "rusqlite", "axum", "hyper", "aws-lc-rs"],
    },
    Room {
        name: "postern-app",
        knows: &["postern-codes", "postern-core", "postern-log"],
        tests: &["postern-testkit"],
        never: &["rusqlite", "axum", "hyper", "aws-lc-rs"],
    },
    Room {
        name: "postern-store",
        knows: &["postern-core", "postern-log", "postern-tls"],
        tests: &["postern-cluster", "postern-codes", "postern-testkit"],
        // aws-lc-rs is reached through TLS, and named by nobody but who owns it.
        never: &["axum", "hyper"],
    },
    Room {
        name: "postern-tls",
        knows: &[],
        tests: &[],
        never: &["rusqlite", "tokio-postgres", "axum", "hyper"],
    },
    Room {
        name: "postern-outside",
        knows: &["postern-core", "postern-log"],
        tests: &["postern-cluster", "postern-testkit"],
        never: &["rusqlite", "axum", "hyper"],
    },
    Room {
        name: "postern-server",
        // The scanner as a library: texts are looked through before a chat saves them.
        knows: &[
            "postern-app",
            "postern-codes",
            "postern-core",
            "postern-log",
            "postern-scan",
            "postern-tls",
        ],
        tests: &["postern-outside", "postern-store", "postern-testkit"],
        never: &["rusqlite"],
    },
    Room {
        name: "postern-cli",
        knows: &[
            "postern-app",
            "postern-codes",
            "postern-core",
            "postern-documents",
            "postern-log",
            "postern-outside",
            "postern-scan",
            "postern-server",
            "postern-store",
            "postern-tls",
        ],
        tests: &["postern-cluster", "postern-testkit"],
        never: &[],
    },
    // Readers of other people's documents, which run in a process of their own.
    Room {
        name: "postern-documents",
        knows: &["postern-scan"],
        tests: &[],
        never: &["tokio", "axum", "hyper", "aws-lc-rs", "rustls"],
    },
    // It runs next to the data, on hosts that have nothing else of the product.
    Room {
        name: "postern-scan",
        knows: &["postern-codes"],
        tests: &["postern-corpus"],
        never: &["tokio", "rusqlite", "axum", "hyper", "aws-lc-rs", "rustls"],
    },
    // What a scan must find is written down without knowing how it is looked for.
    Room {
        name: "postern-corpus",
        knows: &["postern-codes"],
        tests: &[],
        never: &["tokio", "rusqlite", "axum", "hyper", "aws-lc-rs", "toml", "regex"],
    },
    Room {
        name: "postern-testkit",
        knows: &[
            "postern-app",
            "postern-cluster",
            "postern-codes",
            "postern-core",
            "postern-log",
            "postern-outside",
            "postern-server",
            "postern-store",
        ],
        // The configuration is read by the command line alone, and fuzzed like the other readers.
        tests: &["postern-cli", "postern-scan"],
        never: &[],
    },
    Room {
        name: "postern-cluster",
        knows: &[],
        tests: &[],
        never: &["tokio", "rusqlite", "axum", "hyper", "aws-lc-rs"],
    },
    // Without the server, `cargo xtask check` starts on a tree that does not compile.
    Room {
        name: "xtask",
        knows: &["postern-cluster"],
        tests: &["postern-codes", "postern-core", "postern-server", "postern-testkit"],
        never: &["tokio"],
    },
];

pub(super) const OWNED: [Owned; 20] = [
    Owned { name: "rusqlite", owners: &["postern-documents", "postern-store"], because: "SQL" },
    Owned { name: "lopdf", owners: &["postern-documents"], because: "PDF is read under limits" },
    Owned { name: "tokio-postgres", owners: &["postern-store"], because: "SQL" },
    Owned { name: "getrandom", owners: &["postern-outside"], because: "randomness is an argument" },
    Owned { name: "cryptoki", owners: &["postern-outside"], because: "tokens are asked behind a port" },
    Owned { name: "ureq", owners: &["postern-outside"], because: "key services are asked behind a port" },
    Owned {
        name: "rusty-s3",
        owners: &["postern-outside"],
        because: "object stores are asked behind a port",
    },
    Owned { name: "aws-lc-rs", owners: &["postern-outside"], because: "keys are used behind a port" },
    Owned {
        name: "jsonwebtoken",
        owners: &["postern-outside"],
        because: "assertions are checked behind a port",
    },
    Owned { name: "axum", owners: &["postern-server"], because: "HTTP" },
    Owned { name: "utoipa", owners: &["postern-server"], because: "HTTP" },
    Owned {
        name: "hyper",
        owners: &["postern-server", "postern-cli", "postern-testkit"],
        because: "HTTP, served and asked",
    },
    Owned {
        name: "tokio",
        owners: &[
            "postern-app",
            "postern-store",
            "postern-server",
            "postern-tls",
            "postern-cli",
            "postern-testkit",
        ],
        because: "the async runtime",
    },
    Owned { name: "rustls", owners: &["postern-outside", "postern-tls"], because: "TLS" },
    Owned { name: "tokio-rustls", owners: &["postern-tls"], because: "TLS" },
    Owned { name: "rustls-webpki", owners: &["postern-tls"], because: "TLS" },
    Owned { name: "clap", owners: &["postern-cli", "xtask"], because: "the command line" },
    Owned {
        name: "toml",
        owners: &["postern-cli", "postern-scan"],
        because: "configuration, and rules as data",
    },
    Owned { name: "signed_note", owners: &["postern-log"], because: "checkpoints" },
    Owned { name: "unicode-normalization", owners: &["postern-codes"], because: "typed codes" },
];

/// Crates that go to other places too (scanner, PAM, browser) and may name nothing else.
pub(super) const SMALL: [(&str, &[&str]); 1] =
    [("postern-codes", &["sha2", "unicode-normalization", "zeroize"])];

/// Features that no build may turn on.
pub(super) const FEATURES: [(&str, &str, &str); 1] = [(
    "jsonwebtoken",
    "rust_crypto",
    "it brings rsa, whose private operations leak by timing; aws_lc_rs is the backend",
)];
