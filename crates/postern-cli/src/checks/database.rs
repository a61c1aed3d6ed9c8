//! What a database says of itself, and what it means.

use postern_store::postgres::{Settings, Shape};

use super::{Finding, advice, danger, ok};

/// Milliseconds by which clocks may differ before commits are refused, and before it is worth a word.
const CLOCKS: (u64, u64) = (5_000, 1_000);
/// The oldest version that the store is made for.
const OLDEST: u64 = 130_000;
/// Connections that two nodes and whoever looks after the database need.
const CONNECTIONS: u64 = 40;

/// Everything about a database; `now` is this machine's clock.
pub(super) fn database(settings: &Settings, now: u64) -> Vec<Finding> {
    let mut found = vec![ok(
        "database",
        format!("The database answered in {} ms; its version is {}.", settings.answered_in, settings.version),
    )];
    found.extend(durability(settings));
    found.extend(standing(settings));
    found.extend(clock(settings, now));
    found.extend(shape(&settings.shape));
    found.extend(comfort(settings));
    found
}

const LOSES: &str = "A used code could become unused again after a crash.";

fn durability(settings: &Settings) -> Vec<Finding> {
    let mut found = Vec::new();
    if !settings.fsync {
        found.push(danger("fsync-off", "fsync is off.", LOSES, "Set fsync = on."));
    }
    if !settings.full_page_writes {
        let mend = "Set full_page_writes = on.";
        found.push(danger("full-page-writes-off", "full_page_writes is off.", LOSES, mend));
    }
    let waits = settings.synchronous_commit.as_str();
    if waits == "off" {
        let mend = "Set synchronous_commit = on.";
        found.push(danger("synchronous-commit-off", "synchronous_commit is off.", LOSES, mend));
    }
    if !settings.synchronous_standbys.is_empty() && ["local", "remote_write"].contains(&waits) {
        found.push(danger(
            "standby-not-awaited",
            format!("There are synchronous standbys, and synchronous_commit is {waits}."),
            "A commit does not wait for their disks: a used code could become unused again when one takes over.",
            "Set synchronous_commit = on.",
        ));
    }
    found
}

fn standing(settings: &Settings) -> Vec<Finding> {
    let mut found = Vec::new();
    if settings.version < OLDEST {
        found.push(danger(
            "server-too-old",
            format!("The server's version is {}.", settings.version),
            "Nothing older than 13 is tested.",
            "Upgrade the server.",
        ));
    }
    if settings.is_standby {
        found.push(danger(
            "standby",
            "The database is a standby.",
            "Nothing can be written to it.",
            "Connect to the primary (target_session_attrs=read-write).",
        ));
    }
    found
}

fn clock(settings: &Settings, now: u64) -> Option<Finding> {
    let away = settings.clock.abs_diff(now).saturating_sub(settings.answered_in);
    let what = format!("This machine's clock and the database's differ by {away} ms.");
    let means = "From five seconds on nothing is committed.";
    let mend = "Let both machines follow a time server.";
    match away {
        away if away > CLOCKS.0 => Some(danger("clock-skew", what, means, mend)),
        away if away > CLOCKS.1 => Some(advice("clock-skew", what, means, mend)),
        _ => None,
    }
}

fn shape(shape: &Shape) -> Option<Finding> {
    match shape {
        Shape::Known => None,
        Shape::Behind(missing) => Some(danger(
            "migrations-missing",
            format!("{} migration(s) of this release are missing.", missing.len()),
            "This release cannot work on the database yet.",
            "Run `postern migrate`.",
        )),
        Shape::Foreign(number) => Some(danger(
            "migrations-foreign",
            format!("Migration {number} is not one that this release knows."),
            "The database belongs to another program, or to a release that this one cannot follow.",
            "Look whether this is the right database, and the right release.",
        )),
    }
}

fn comfort(settings: &Settings) -> Vec<Finding> {
    let mut found = Vec::new();
    if !settings.data_checksums {
        found.push(advice(
            "no-checksums",
            "Data checksums are off.",
            "A page that the disk changed is found later, by `audit verify`.",
            "Make clusters with initdb --data-checksums.",
        ));
    }
    if settings.connections < CONNECTIONS {
        found.push(advice(
            "few-connections",
            format!("The server takes {} connections.", settings.connections),
            "A node uses up to 12.",
            "Raise max_connections, or put PgBouncer in front.",
        ));
    }
    found
}

#[cfg(test)]
mod tests;
