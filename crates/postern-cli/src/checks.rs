//! What `doctor` explains and `serve` refuses: settings under the service that break a promise.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use postern_core::ports::Clock as _;
use postern_outside::anchor_file::AnchorFile;
use postern_outside::clock::SystemClock;
use postern_outside::key_file::KeyFile;
use postern_store::postgres::{Settings, Shape, settings};

use crate::config::Config;
use crate::failure::Failure;

/// How bad a finding is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Severity {
    /// It could be better.
    Advice,
    /// It breaks a promise.
    Danger,
}

impl Severity {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Advice => "advice",
            Self::Danger => "danger",
        }
    }
}

/// One finding.
#[derive(Debug)]
pub(crate) struct Finding {
    /// Its name, for `store.tolerate`.
    pub(crate) name: &'static str,
    pub(crate) severity: Severity,
    /// What was found and what it means.
    pub(crate) found: String,
    /// What to do.
    pub(crate) advice: &'static str,
}

fn danger(name: &'static str, found: impl Into<String>, advice: &'static str) -> Finding {
    Finding { name, severity: Severity::Danger, found: found.into(), advice }
}

fn advice(name: &'static str, found: impl Into<String>, advice: &'static str) -> Finding {
    Finding { name, severity: Severity::Advice, found: found.into(), advice }
}

/// Everything that is not as it should be.
pub(crate) async fn findings(config: &Config) -> Vec<Finding> {
    let mut found = files(config);
    match &config.store.postgres {
        Some(url) => match settings(url).await {
            Ok(settings) => found.extend(database(&settings, SystemClock.now().millis())),
            Err(fault) => found.push(danger(
                "database-unreachable",
                fault.to_string(),
                "Start the database, or mend store.postgres.",
            )),
        },
        None => found.extend(folder(&config.store.data)),
    }
    found
}

/// The finding about the anchor.
const ANCHOR: &str = "anchor-file";

/// Refuses dangers that the configuration does not name.
pub(crate) async fn refuse(config: &Config) -> Result<(), Failure> {
    for finding in findings(config).await {
        let tolerated = config.store.tolerate.iter().any(|name| name == finding.name);
        match finding.severity {
            // A service whose anchor does not fit stays up and says so where it is looked for.
            Severity::Danger if !tolerated && finding.name != ANCHOR => {
                return Err(Failure::refused(format!(
                    "{} {} To serve nevertheless, put {:?} into store.tolerate",
                    finding.found, finding.advice, finding.name
                )));
            }
            _ => tracing::warn!(name = finding.name, found = finding.found, "postern doctor says more"),
        }
    }
    Ok(())
}

/// Milliseconds by which clocks may differ before commits are refused, and before it is worth a word.
const CLOCKS: (u64, u64) = (5_000, 1_000);

fn database(settings: &Settings, now: u64) -> Vec<Finding> {
    let mut found = durability(settings);
    if settings.version < 130_000 {
        let what = format!("The server's version is {}; 13 is the oldest that is tested.", settings.version);
        found.push(danger("server-too-old", what, "Upgrade the server."));
    }
    if settings.is_standby {
        let what = "The database is a standby: nothing can be written to it.";
        found.push(danger("standby", what, "Connect to the primary (target_session_attrs=read-write)."));
    }
    let away = settings.clock.abs_diff(now).saturating_sub(settings.answered_in);
    if away > CLOCKS.1 {
        let what = format!(
            "This machine's clock and the database's differ by {away} ms; at {} nothing is committed.",
            CLOCKS.0
        );
        let mend = "Let both machines follow a time server.";
        found.push(if away > CLOCKS.0 {
            danger("clock-skew", what, mend)
        } else {
            advice("clock-skew", what, mend)
        });
    }
    match &settings.shape {
        Shape::Known => {}
        Shape::Behind(missing) => found.push(danger(
            "migrations-missing",
            format!("{} migration(s) of this release are missing.", missing.len()),
            "Run `postern migrate`.",
        )),
        Shape::Foreign(number) => found.push(danger(
            "migrations-foreign",
            format!("Migration {number} is not one that this release knows."),
            "Is this the right database, and the right release?",
        )),
    }
    if settings.connections < 40 {
        let what = format!("The server takes {} connections; a node uses up to 14.", settings.connections);
        found.push(advice("few-connections", what, "Raise max_connections, or put PgBouncer in front."));
    }
    found
}

fn durability(settings: &Settings) -> Vec<Finding> {
    let mut found = Vec::new();
    let loses = "A used code could become unused again after a crash:";
    if !settings.fsync {
        found.push(danger("fsync-off", format!("{loses} fsync is off."), "Set fsync = on."));
    }
    if !settings.full_page_writes {
        let what = format!("{loses} full_page_writes is off.");
        found.push(danger("full-page-writes-off", what, "Set full_page_writes = on."));
    }
    let waits = settings.synchronous_commit.as_str();
    if waits == "off" {
        let what = format!("{loses} synchronous_commit is off.");
        found.push(danger("synchronous-commit-off", what, "Set synchronous_commit = on."));
    }
    if !settings.synchronous_standbys.is_empty() && ["local", "remote_write"].contains(&waits) {
        let what = format!(
            "There are synchronous standbys, and synchronous_commit = {waits} does not wait for their disks."
        );
        found.push(danger("standby-not-awaited", what, "Set synchronous_commit = on."));
    }
    if !settings.data_checksums {
        let what = "Data checksums are off: a page that the disk changed is found later, by `audit verify`.";
        found.push(advice("no-checksums", what, "Make clusters with initdb --data-checksums."));
    }
    found
}

fn files(config: &Config) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Err(fault) = KeyFile::open(&config.keys.file) {
        found.push(danger(
            "key-file",
            fault.to_string(),
            "Put the installation's key file there, mode 0600.",
        ));
    }
    if let Err(fault) = AnchorFile::look(&config.anchor.file) {
        found.push(danger(ANCHOR, fault.to_string(), "Put this node's anchor file back."));
    }
    found
}

/// File systems whose locks and flushes another machine has a part in, by their numbers in statfs(2).
const NETWORK: [(i64, &str); 5] =
    [(0x6969, "NFS"), (0x517b, "SMB"), (0xfe53_4d42, "SMB2"), (0xff53_4d42, "CIFS"), (0x0102_1997, "9P")];

fn folder(data: &Path) -> Vec<Finding> {
    let mut found = Vec::new();
    match data.metadata() {
        Err(fault) => {
            let what = format!("{}: {fault}.", data.display());
            found.push(danger("data-folder", what, "Put the data folder there, or run `postern init`."));
            return found;
        }
        Ok(about) if about.permissions().mode() & 0o077 != 0 => {
            let what = format!("Others on this machine can enter {}.", data.display());
            // Its files are for the owner alone all the same.
            found.push(advice("data-folder-open", what, "chmod 700 the data folder."));
        }
        Ok(_) => {}
    }
    let kind = rustix::fs::statfs(data).ok().map(|about| about.f_type);
    if let Some((_, name)) = NETWORK.iter().find(|(number, _)| Some(*number) == kind) {
        let what =
            format!("The data folder is on {name}: SQLite's locks and flushes cannot be relied on there.");
        found.push(danger("network-file-system", what, "Use a disk of this machine, or PostgreSQL."));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound() -> Settings {
        Settings {
            version: 150_000,
            synchronous_commit: "on".to_owned(),
            synchronous_standbys: String::new(),
            fsync: true,
            full_page_writes: true,
            data_checksums: true,
            is_standby: false,
            connections: 100,
            clock: 1_000_000,
            answered_in: 1,
            shape: Shape::Known,
        }
    }

    #[test]
    fn each_setting_that_breaks_a_promise_is_named() {
        let named = |change: fn(&mut Settings)| {
            let mut settings = sound();
            change(&mut settings);
            database(&settings, 1_000_000)
                .into_iter()
                .map(|finding| (finding.name, finding.severity))
                .collect::<Vec<_>>()
        };
        assert_eq!(named(|_| {}), []);
        let danger = |name| vec![(name, Severity::Danger)];
        assert_eq!(named(|it| it.fsync = false), danger("fsync-off"));
        assert_eq!(named(|it| it.full_page_writes = false), danger("full-page-writes-off"));
        assert_eq!(named(|it| it.synchronous_commit = "off".to_owned()), danger("synchronous-commit-off"));
        assert_eq!(named(|it| it.is_standby = true), danger("standby"));
        assert_eq!(named(|it| it.version = 120_000), danger("server-too-old"));
        assert_eq!(named(|it| it.clock += 9_000), danger("clock-skew"));
        assert_eq!(named(|it| it.clock -= 2_000), vec![("clock-skew", Severity::Advice)]);
        assert_eq!(named(|it| it.shape = Shape::Behind(vec![(4, "nodes")])), danger("migrations-missing"));
        assert_eq!(named(|it| it.shape = Shape::Foreign(9)), danger("migrations-foreign"));
        let waits_for_memory = named(|it| {
            it.synchronous_standbys = "one".to_owned();
            it.synchronous_commit = "remote_write".to_owned();
        });
        assert_eq!(waits_for_memory, danger("standby-not-awaited"));
    }
}
