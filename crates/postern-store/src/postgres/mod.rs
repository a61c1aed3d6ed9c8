//! PostgreSQL: the store of an installation on many machines. Any number of nodes on one database; each has a few
//! committers, whose transactions carry all that waits, and a sequencer that competes for the numbering of events.

mod arrays;
mod aside;
mod batch;
mod call;
mod columns;
mod committer;
mod connect;
mod failed;
mod fill;
mod functions;
mod grown;
mod job;
mod lists;
mod migrations;
mod port;
mod reader;
mod retention;
mod schema;
mod sent;
mod sequencer;
mod settings;
mod tallies;
mod target;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use postern_core::kernel::Sealer;
use tokio::sync::mpsc::{Sender, channel};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tokio_postgres::config::TargetSessionAttrs;
use tokio_postgres::{Client, Config};

use self::committer::Committer;
pub use self::connect::Unreachable;
use self::connect::{Link, connect, said};
pub use self::fill::{Fill, NotFilled};
use self::grown::Grown;
use self::job::Job;
pub use self::migrations::Shape;
use self::reader::Look;
use self::sequencer::Sequencer;
pub use self::settings::{Settings, settings};
use self::tallies::Sums;
use self::target::Reached;
pub use self::target::Target;

/// How strictly the database keeps transactions apart. The store's promises hold at both.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Isolation {
    /// What is shipped.
    #[default]
    ReadCommitted,
    /// The strictest; transactions are then begun again more often.
    Serializable,
}

impl Isolation {
    /// Begins a transaction that waits for no lock for ever, and that the database ends if this process is gone.
    const fn begin(self) -> &'static str {
        match self {
            Self::ReadCommitted => {
                "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = '5s'; \
                 SET LOCAL idle_in_transaction_session_timeout = '10s'"
            }
            Self::Serializable => {
                "BEGIN ISOLATION LEVEL SERIALIZABLE; SET LOCAL lock_timeout = '5s'; \
                 SET LOCAL idle_in_transaction_session_timeout = '10s'"
            }
        }
    }
}

/// How much a node may use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// Connections that commit.
    pub committers: usize,
    /// Connections that look.
    pub readers: usize,
    /// Connections for everything else.
    pub others: usize,
    /// Works that may wait for one committer; more are answered as busy.
    pub queue: usize,
    /// Bytes after which a batch takes no more work.
    pub batch_bytes: usize,
    /// How strictly transactions are kept apart.
    pub isolation: Isolation,
    /// Milliseconds by which this machine's clock may be away from the database's; `None` does not compare.
    pub clocks: Option<u64>,
    /// Whether this node numbers events.
    pub sequences: bool,
    /// Whether it waits with that until it is told that these data are the newest: in an older copy, events that wait
    /// had places that they would lose.
    pub waits: bool,
    /// Whether events are numbered before they are read: for a command that is alone with a database, and for tests,
    /// which read what they have just done.
    pub numbers_first: bool,
}

impl Default for Options {
    fn default() -> Self {
        // A batch costs the database two round trips and a flush, whatever is in it: few committers make large batches.
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            committers: (cores / 2).clamp(1, 4),
            readers: 1,
            others: 4,
            queue: 512,
            batch_bytes: 1 << 20,
            isolation: Isolation::ReadCommitted,
            clocks: Some(5_000),
            sequences: true,
            waits: false,
            numbers_first: false,
        }
    }
}

/// Why a database was not opened. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The connection string does not fit.
    #[error("the database's connection string does not fit: {0}")]
    Config(String),
    /// It gives no connection.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// It failed.
    #[error("the database failed: {0}")]
    Failed(String),
    /// Steps are missing.
    #[error("the database lacks {0} migration(s) of this release: run `postern migrate` first")]
    Behind(usize),
    /// It was made by another program.
    #[error(
        "the database's migration {0} is not the one that this release knows: it belongs to another program, or to \
         a release that this one cannot follow"
    )]
    Foreign(i64),
}

impl From<tokio_postgres::Error> for OpenError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Failed(said(&error))
    }
}

/// A node's store. Dropping it lets what waits be finished in the background; [`Postgres::close`] waits for that.
pub struct Postgres {
    target: Arc<Reached>,
    sealer: Sealer,
    warned: Arc<AtomicBool>,
    holder: [u8; 16],
    committers: Vec<Sender<Job>>,
    readers: Vec<Sender<Look>>,
    next_reader: AtomicUsize,
    asking: Semaphore,
    idle: Mutex<Vec<Link>>,
    grown: Grown,
    delay: Arc<AtomicU64>,
    numbers_first: bool,
    /// Whether anything is numbered yet.
    begun: watch::Sender<bool>,
    stop: watch::Sender<bool>,
    /// They end when their queues do.
    tasks: Vec<JoinHandle<()>>,
    /// They end when they are told to.
    watching: Vec<JoinHandle<()>>,
}

impl Postgres {
    /// Opens a database that has this release's shape. `node` names this process among all, for leases; it must be
    /// fresh for each.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(
        target: impl Into<Target>,
        sealer: Sealer,
        node: [u8; 16],
        options: Options,
    ) -> Result<Self, OpenError> {
        let target = Reached::new(&target.into())?;
        let warned = Arc::new(AtomicBool::new(false));
        match migrations::shape(&connect(&target, Arc::clone(&warned)).await?).await? {
            Shape::Known => {}
            Shape::Behind(missing) => return Err(OpenError::Behind(missing.len())),
            Shape::Foreign(number) => return Err(OpenError::Foreign(number)),
        }
        let (stop, stopping) = watch::channel(false);
        let mut store = Self {
            target: Arc::new(target),
            sealer,
            warned,
            holder: node,
            committers: Vec::new(),
            readers: Vec::new(),
            next_reader: AtomicUsize::new(0),
            asking: Semaphore::new(options.others.max(1)),
            idle: Mutex::default(),
            grown: Grown::default(),
            delay: Arc::default(),
            numbers_first: options.numbers_first,
            begun: watch::channel(!options.waits).0,
            stop,
            tasks: Vec::new(),
            watching: Vec::new(),
        };
        store.begin(options, &stopping);
        Ok(store)
    }

    fn begin(&mut self, options: Options, stopping: &watch::Receiver<bool>) {
        let sums = Arc::new(Mutex::new(Sums::default()));
        for _ in 0..options.committers.max(1) {
            let (queue, jobs) = channel(options.queue);
            let committer = Committer {
                // Each its own flag: a warning is about the commit of the connection that it came on.
                link: Link::new(Arc::clone(&self.target), Arc::default()),
                sealer: self.sealer.clone(),
                isolation: options.isolation,
                clocks: options.clocks,
                sums: Arc::clone(&sums),
                batch_bytes: options.batch_bytes,
            };
            self.committers.push(queue);
            self.tasks.push(tokio::spawn(committer.work(jobs)));
        }
        for _ in 0..options.readers.max(1) {
            let (queue, looks) = channel(options.queue);
            self.readers.push(queue);
            self.tasks.push(tokio::spawn(reader::read(self.link(), self.sealer.clone(), looks)));
        }
        self.tasks.push(tokio::spawn(tallies::flush(self.link(), sums)));
        let watched = grown::watch(self.link(), Arc::clone(&self.grown), stopping.clone());
        self.watching.push(tokio::spawn(watched));
        if options.sequences {
            let (sequencer, begun) = (self.sequencer(), self.begun.subscribe());
            self.watching.push(tokio::spawn(sequencer.begin(begun, stopping.clone())));
        }
    }

    fn sequencer(&self) -> Sequencer {
        Sequencer {
            link: self.link(),
            sealer: self.sealer.clone(),
            holder: self.holder,
            delay: Arc::clone(&self.delay),
        }
    }

    /// Numbers what waits, now: for a command that reads what it has just done.
    ///
    /// # Errors
    /// If the database did not answer.
    pub async fn number_now(&self) -> Result<(), postern_core::kernel::StoreFault> {
        self.sequencer().at_once().await.map_err(postern_core::kernel::StoreFault)
    }

    async fn number_first(&self) -> Result<(), postern_core::kernel::StoreFault> {
        if self.numbers_first && *self.begun.borrow() { self.number_now().await } else { Ok(()) }
    }

    /// Finishes what waits, numbers it, and gives leases up.
    pub async fn close(mut self) {
        self.committers.clear();
        self.readers.clear();
        for task in std::mem::take(&mut self.tasks) {
            let _ = task.await;
        }
        let _ = self.stop.send(true);
        for task in std::mem::take(&mut self.watching) {
            let _ = task.await;
        }
    }

    fn link(&self) -> Link {
        Link::new(Arc::clone(&self.target), Arc::clone(&self.warned))
    }

    /// The committer whose lane a job waits in: all works on one record go to the same one, which folds them.
    fn committer(&self, job: &Job) -> Option<&Sender<Job>> {
        let mut hasher = DefaultHasher::new();
        job.lane().hash(&mut hasher);
        let lanes = u64::try_from(self.committers.len()).unwrap_or(1).max(1);
        let lane = usize::try_from(hasher.finish() % lanes).unwrap_or_default();
        self.committers.get(lane)
    }

    /// Readers take turns.
    fn reader(&self) -> Option<&Sender<Look>> {
        let turn = self.next_reader.fetch_add(1, Ordering::Relaxed);
        self.readers.get(turn % self.readers.len().max(1))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
    }
}

/// Brings a database to this release's shape.
///
/// # Errors
/// See [`OpenError`].
pub async fn migrate(target: impl Into<Target>) -> Result<Vec<(i64, &'static str)>, OpenError> {
    migrate_watched(target, &|_, _| {}).await
}

/// The same. `applied` is told how many steps were, and of how many.
///
/// # Errors
/// See [`OpenError`].
pub async fn migrate_watched(
    target: impl Into<Target>,
    applied: &(dyn Fn(u64, u64) + Sync),
) -> Result<Vec<(i64, &'static str)>, OpenError> {
    let client = client(target).await?;
    let before = migrations::shape(&client).await?;
    match migrations::migrate(&client, applied).await? {
        Shape::Foreign(number) => Err(OpenError::Foreign(number)),
        _ => Ok(if let Shape::Behind(missing) = before { missing } else { Vec::new() }),
    }
}

/// Where a database stands.
///
/// # Errors
/// See [`OpenError`].
pub async fn shape(target: impl Into<Target>) -> Result<Shape, OpenError> {
    Ok(migrations::shape(&client(target).await?).await?)
}

async fn client(target: impl Into<Target>) -> Result<Client, OpenError> {
    Ok(connect(&Reached::new(&target.into())?, Arc::default()).await?)
}

/// For how long a connection may be without any sign of the other side.
const SILENCE: Duration = Duration::from_secs(15);

fn configured(url: &str) -> Result<Config, OpenError> {
    let mut config: Config = url.parse().map_err(|error: tokio_postgres::Error| {
        use std::error::Error as _;
        OpenError::Config(error.source().map_or_else(|| error.to_string(), ToString::to_string))
    })?;
    config.application_name("postern");
    // A standby reads what is old, and takes nothing.
    config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    // Who is gone without a word is known to be. The system's own times are a quarter of an hour, and two hours for one who waits.
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(SILENCE);
    }
    config.keepalives_idle(config.get_keepalives_idle().min(SILENCE));
    Ok(config)
}

/// Whether a connection string names a host that is neither a Unix socket nor a loopback address. One that does not
/// fit names none.
#[must_use]
pub fn leaves_this_machine(url: &str) -> bool {
    use tokio_postgres::config::Host;
    let Ok(config) = configured(url) else { return false };
    let far = |host: &Host| match host {
        Host::Unix(_) => false,
        Host::Tcp(name) => {
            name != "localhost"
                && !name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
    };
    config.get_hosts().iter().any(far) || config.get_hostaddrs().iter().any(|address| !address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_silent_is_not_waited_for_as_long_as_the_system_would() {
        let config = configured("host=127.0.0.1").unwrap();
        assert_eq!(config.get_tcp_user_timeout(), Some(&SILENCE));
        assert_eq!(config.get_keepalives_idle(), SILENCE);
        let chosen = configured("host=127.0.0.1 tcp_user_timeout=60 keepalives_idle=5").unwrap();
        assert_eq!(chosen.get_tcp_user_timeout(), Some(&Duration::from_secs(60)));
        assert_eq!(chosen.get_keepalives_idle(), Duration::from_secs(5));
        assert_eq!(chosen.get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
    }
}
