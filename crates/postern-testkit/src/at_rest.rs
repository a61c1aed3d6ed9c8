//! An installation that nobody serves: its records, its keys, its clock. Opened again and again, by whomever.

use std::sync::Arc;

use postern_app::App;
use postern_cluster::Database;
use postern_core::ports::{Keys as _, Store};
use postern_store::postgres::{self, Postgres};
use postern_store::sqlite::{Options, Sqlite};
use tempfile::TempDir;

use crate::world::app;
use crate::{CountedKeys, TestClock};

/// What is left of a world whose application has ended.
pub struct AtRest {
    /// The data folder of a SQLite installation.
    pub folder: Option<TempDir>,
    /// The database of a PostgreSQL installation.
    pub database: Option<Database>,
    /// The key service.
    pub keys: Arc<CountedKeys>,
    /// The clock.
    pub clock: Arc<TestClock>,
}

/// When committed events get their numbers, where a commit does not number them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Numbers {
    /// Before anything is read.
    First,
    /// Not by this node.
    Never,
}

impl AtRest {
    /// An application over it, with these keys.
    pub async fn open(&self, keys: &Arc<CountedKeys>, numbers: Numbers) -> Arc<App> {
        app(self.store(keys, numbers).await, Arc::clone(keys), Arc::clone(&self.clock), 4)
    }

    /// The records by themselves.
    pub async fn store(&self, keys: &CountedKeys, numbers: Numbers) -> Arc<dyn Store> {
        let sealer = keys.local().sealer().clone();
        match (&self.folder, &self.database) {
            (Some(folder), _) => Arc::new(Sqlite::open(folder.path(), sealer, Options::default()).unwrap()),
            (None, Some(database)) => {
                let options = postgres::Options {
                    committers: 1,
                    others: 1,
                    clocks: None,
                    sequences: false,
                    numbers_first: numbers == Numbers::First,
                    ..Default::default()
                };
                Arc::new(Postgres::open(&database.url(), sealer, [9; 16], options).await.unwrap())
            }
            (None, None) => panic!("what was in memory is gone"),
        }
    }
}
