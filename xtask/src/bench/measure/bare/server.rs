//! The bare limit of a PostgreSQL server: `pgbench` with 64 clients, a redemption's writes as one statement, the same
//! rows, columns and bytes, prepared, on the same cluster. Nothing is read but what an UPDATE finds, nothing is
//! decided, sealed or signed, and no log is numbered.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use postern_cluster::{Cluster, Database, program};

use super::Bytes;
use crate::{Done, Fault};

const RECORDS: &str =
    include_str!("../../../../../crates/postern-store/src/postgres/migrations/0001_records.sql");
const PENDING: &str =
    include_str!("../../../../../crates/postern-store/src/postgres/migrations/0004_nodes.sql");

const SPACE: &str =
    include_str!("../../../../../crates/postern-store/src/postgres/migrations/0006_space.sql");

/// Settings of the measured cluster. Commits are on the disk; the rest is as Debian ships it.
const SETTINGS: [(&str, &str); 4] =
    [("fsync", "on"), ("synchronous_commit", "on"), ("shared_buffers", "256MB"), ("max_wal_size", "4GB")];

/// A cluster for one run.
pub(crate) struct Server {
    cluster: Cluster,
    bare: Option<(Database, PathBuf)>,
    databases: Vec<Database>,
}

impl Server {
    /// Starts it.
    pub(crate) fn start() -> Self {
        Self { cluster: Cluster::start(&SETTINGS), bare: None, databases: Vec::new() }
    }

    /// An empty database for the measured service.
    pub(crate) fn database(&mut self) -> String {
        self.databases.push(self.cluster.database());
        self.databases.last().map(Database::url).unwrap_or_default()
    }

    /// The database that was made last.
    pub(crate) fn newest(&self) -> Done<&Database> {
        self.databases.last().ok_or_else(|| "nothing was measured yet".into())
    }

    /// What the measured service has just written into its newest database.
    pub(crate) fn bytes(&self) -> Done<Bytes> {
        let number = |sql: &str| -> Done<usize> { Ok(self.newest()?.psql(sql).trim().parse()?) };
        let last = |table: &str| {
            number(&format!(
                "SELECT round(avg(length(body))) FROM (SELECT body FROM {table} ORDER BY version DESC LIMIT 500) s"
            ))
        };
        let head = number("SELECT max(length(frontier)) FROM log_head")?;
        Ok(Bytes { subject: last("subject")?, event: last("event")?, head })
    }

    /// Makes the bare database with so many people.
    pub(crate) fn make_bare(&mut self, folder: &Path, people: u64, bytes: Bytes) -> Done {
        let database = self.cluster.database();
        database.psql(RECORDS);
        database.psql(PENDING);
        database.psql(SPACE);
        database.psql(&format!(
            "INSERT INTO subject (tenant, id, version, body, seal, state) SELECT decode(repeat('01', 16), 'hex'), \
             decode(md5(n::text), 'hex'), 1, decode(repeat('ab', {}), 'hex'), decode(repeat('cd', 32), 'hex'), \
             'active' FROM generate_series(1, {people}) n",
            bytes.subject
        ));
        database.psql("ANALYZE");
        let script = folder.join("redeem.sql");
        std::fs::write(&script, statement(people, bytes)?)?;
        self.bare = Some((database, script));
        Ok(())
    }

    /// Transactions a second.
    pub(crate) fn measure(&mut self, span: Duration) -> Done<f64> {
        let (database, script) = self.bare.as_ref().ok_or("the bare database is not there")?;
        let mut bench = Command::new(program("pgbench"));
        bench.args(["--no-vacuum", "--client=64", "--jobs=2", "--protocol=prepared"]);
        bench.arg(format!("--time={}", span.as_secs().max(1))).arg("--file").arg(script);
        bench.arg(database.url()).stdin(Stdio::null()).stderr(Stdio::null());
        let said = String::from_utf8(bench.output()?.stdout)?;
        let rate = said.lines().find_map(|line| line.strip_prefix("tps = "));
        let rate = rate
            .and_then(|rate| rate.split(' ').next())
            .ok_or_else(|| Fault::from("pgbench said no rate"))?;
        Ok(rate.parse()?)
    }
}

/// A redemption's writes: the versioned row, and the event that waits for its number.
fn statement(people: u64, bytes: Bytes) -> Done<String> {
    let mut text = format!("\\set n random(1, {people})\n");
    writeln!(
        text,
        "WITH redeemed AS (UPDATE subject SET version = version + 1, body = decode(repeat('ef', {}), 'hex'), \
         seal = decode(repeat('cd', 32), 'hex') WHERE tenant = decode(repeat('01', 16), 'hex') \
         AND id = decode(md5(:n::text), 'hex') AND state = 'active' RETURNING tenant, id, version) \
         INSERT INTO pending (tenant, kind, object, version, body, mac, at) SELECT tenant, 4, id, version, \
         decode(repeat('ab', {}), 'hex'), decode(repeat('cd', 32), 'hex'), 0 FROM redeemed;",
        bytes.subject, bytes.event
    )?;
    Ok(text)
}
