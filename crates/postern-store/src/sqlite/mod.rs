//! SQLite: the store of an installation on one machine. One process owns the folder, one thread writes.

pub mod backup;
mod batch;
mod broken;
mod columns;
mod fill;
mod heads;
mod jobs;
mod lists;
mod lock;
mod migrations;
mod open;
mod pool;
mod port;
mod reads;
mod retention;
mod schema;
mod tallies;
mod transaction;
mod wal;
mod writer;

use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{Builder, JoinHandle};

use postern_core::kernel::Sealer;

use self::backup::Copying;
pub use self::fill::{Fill, NotFilled};
use self::heads::Heads;
use self::jobs::{Queue, queue};
use self::lock::FolderLock;
pub use self::open::OpenError;
use self::pool::Pool;
use self::tallies::Sums;
use self::wal::Wal;
use self::writer::{Grown, Writer};

/// How much a store may hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// Works that may wait; more are answered as busy.
    pub queue: usize,
    /// Bytes after which a batch takes no more work.
    pub batch_bytes: usize,
    /// Tenants whose log heads are kept in memory, about 1 KiB each.
    pub heads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { queue: 1024, batch_bytes: 1 << 20, heads: 4096 }
    }
}

/// A store in a data folder. Dropping it finishes what waits, which may take as long as a few commits.
pub struct Sqlite {
    sealer: Sealer,
    pool: Pool,
    grown: Grown,
    /// How far a backup is.
    pages: Arc<backup::Pages>,
    /// `None` once it is closing.
    wal: Wal,
    queue: Option<Queue>,
    copies: Sender<Copying>,
    stop_copying: Option<Sender<()>>,
    threads: Vec<JoinHandle<()>>,
    /// Given up last.
    _lock: FolderLock,
}

impl Sqlite {
    /// Opens a data folder, making it and its database if need be.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(folder: &Path, sealer: Sealer, options: Options) -> Result<Self, OpenError> {
        let (lock, connection) = open::prepare(folder)?;
        let (queue, jobs) = queue(options.queue);
        let (stop_copying, stop) = channel();
        let (copies, asked) = channel();
        let (grown, wal) = (Grown::new(Mutex::default()), Wal::default());
        let pages = Arc::default();
        let writer = Writer {
            folder: folder.to_owned(),
            connection: Some(connection),
            sealer: sealer.clone(),
            heads: Heads::new(options.heads),
            sums: Sums::default(),
            grown: Arc::clone(&grown),
            pages: Arc::clone(&pages),
            wal: wal.clone(),
            batch_bytes: options.batch_bytes,
        };
        let (copied, scrubbed) = (folder.to_owned(), wal.clone());
        let threads = vec![
            spawn(folder, "store-writer", move || writer.work(&jobs, &asked))?,
            spawn(folder, "store-wal", move || wal.keep_short(copied, &stop))?,
        ];
        Ok(Self {
            sealer,
            pool: Pool::new(folder.to_owned()),
            grown,
            pages,
            wal: scrubbed,
            queue: Some(queue),
            copies,
            stop_copying: Some(stop_copying),
            threads,
            _lock: lock,
        })
    }
}

fn spawn(
    folder: &Path,
    name: &str,
    work: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, OpenError> {
    let failed = |source| OpenError::Folder { folder: folder.to_owned(), source };
    Builder::new().name(name.to_owned()).spawn(work).map_err(failed)
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        self.queue = None;
        self.stop_copying = None;
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the store panicked: please report this defect");
            }
        }
    }
}
