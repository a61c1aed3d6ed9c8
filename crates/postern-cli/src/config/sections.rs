//! The sections of a configuration.

use std::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use postern_core::limits;
use postern_store::postgres::Target;
use serde::{Deserialize, Serialize};

use super::{Host, Place, S3, Source};
use crate::failure::Failure;

/// Who this installation is.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Installation {
    /// Name in receipts and checkpoints.
    pub(crate) name: String,
}

/// Where it listens.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Server {
    /// The API.
    pub(crate) listen: SocketAddr,
    /// Health and metrics.
    pub(crate) admin: Place,
    /// Commands of an operator on this machine.
    pub(crate) socket: PathBuf,
    /// TLS on the API's listener.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tls: Option<Tls>,
    /// Networks of proxies that are believed when they say for whom they ask.
    pub(crate) trusted_proxies: Vec<IpNet>,
    /// As the release before had it: now in `[limits]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) requests: Option<usize>,
    /// As the release before had it: now in `[limits]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) deadline_seconds: Option<u64>,
}

/// TLS on a listener: PEM files, read again when they change.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tls {
    /// Its certificate, and those up to the authority.
    pub(crate) certificate: PathBuf,
    /// Its private key.
    pub(crate) key: Source,
    /// Whose certificates clients may show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) client_authority: Option<PathBuf>,
    /// Which of them are revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) client_revocations: Option<PathBuf>,
    /// Whether nobody gets in without one.
    #[serde(default)]
    pub(crate) require_client_certificate: bool,
}

/// Where recorded state lives.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Store {
    /// The data folder.
    pub(crate) data: PathBuf,
    /// A PostgreSQL database in place of the data folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) postgres: Option<String>,
    /// Free space of the disk, in MiB, below which an alarm rings; 0 for never.
    pub(crate) disk_low_mib: u64,
    /// Whose certificate the database shows; with it, every connection to it is TLS and verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) postgres_authority: Option<PathBuf>,
    /// Dangers that are served with, by the names that `postern doctor` gives them.
    pub(crate) tolerate: Vec<String>,
}

impl Store {
    /// The database, if it is one.
    pub(crate) fn target(&self) -> Result<Option<Target>, Failure> {
        let authority = self.postgres_authority.as_deref().map(crate::tls::bytes).transpose()?;
        Ok(self.postgres.clone().map(|url| Target { url, authority }))
    }

    /// Where it is, for messages. A connection string may hold a password, so it is not shown.
    pub(crate) fn place(&self) -> String {
        match self.postgres {
            Some(_) => "database: store.postgres".to_owned(),
            None => format!("data folder: {}", self.data.display()),
        }
    }
}

/// Where the keys are.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Keys {
    /// The key file, mode 0600, outside the data folder.
    pub(crate) file: Source,
    /// The file with the passphrase that the key file is sealed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) passphrase_file: Option<Source>,
    /// The token with the keys that work in none but it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pkcs11: Option<Pkcs11>,
    /// The transit engine with the keys that work in none but it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) transit: Option<Transit>,
}

impl Keys {
    /// Whether every node asks one and the same place for the pepper.
    pub(crate) const fn are_shared(&self) -> bool {
        self.pkcs11.is_some() || self.transit.is_some()
    }
}

/// A transit engine.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Transit {
    /// Where it is mounted.
    pub(crate) url: String,
    /// The file with the token that it is asked with.
    pub(crate) token_file: Source,
    /// The file with the certificate authority of its server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ca_file: Option<PathBuf>,
}

/// A token.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pkcs11 {
    /// The library that speaks to it.
    pub(crate) module: PathBuf,
    /// Its label.
    pub(crate) token: String,
    /// The file with the user's PIN.
    pub(crate) pin_file: Source,
}

/// Where the anchor is.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Anchor {
    /// The anchor file, outside the data folder.
    pub(crate) file: PathBuf,
    /// What it is called on another host.
    pub(crate) name: String,
    /// An object store that keeps it in place of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) s3: Option<S3>,
    /// A host that keeps it in place of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) host: Option<Host>,
}

/// Where events are shipped to.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Shipping {
    /// A folder on another disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) folder: Option<PathBuf>,
    /// An object store.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) s3: Option<S3>,
    /// A host where `postern keep` runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) host: Option<Host>,
}

/// How long things are kept.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Retention {
    /// Days after which events lose their bytes; 0 keeps all of them.
    pub(crate) events_days: u32,
}

impl Retention {
    /// What is refused, and what to say instead.
    pub(crate) fn check(&self) -> Result<(), String> {
        let least = limits::EVENTS_KEPT.as_secs() / 86_400;
        if self.events_days == 0 || u64::from(self.events_days) >= least {
            return Ok(());
        }
        Err(format!(
            "retention.events_days = {} is too short: it is 0, which keeps every event, or {least} or more",
            self.events_days
        ))
    }
}

/// What the service says of itself.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Log {
    /// How much.
    pub(crate) level: String,
    /// As JSON lines.
    pub(crate) json: bool,
}

impl Default for Installation {
    fn default() -> Self {
        Self { name: "localhost".to_owned() }
    }
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 7878)),
            admin: Place::Address(SocketAddr::from(([127, 0, 0, 1], 7879))),
            socket: PathBuf::from("operator.sock"),
            tls: None,
            trusted_proxies: Vec::new(),
            requests: None,
            deadline_seconds: None,
        }
    }
}

impl Default for Store {
    fn default() -> Self {
        Self {
            data: PathBuf::from("data"),
            postgres: None,
            postgres_authority: None,
            disk_low_mib: 1024,
            tolerate: Vec::new(),
        }
    }
}

impl Default for Keys {
    fn default() -> Self {
        Self { file: Source::File(PathBuf::from("keys")), passphrase_file: None, pkcs11: None, transit: None }
    }
}

impl Default for Anchor {
    fn default() -> Self {
        Self { file: PathBuf::from("anchor"), name: "anchor".to_owned(), s3: None, host: None }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".to_owned(), json: false }
    }
}
