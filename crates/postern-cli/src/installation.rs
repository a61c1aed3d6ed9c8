//! An installation on this machine: the only place that picks a backend.

use std::path::Path;
use std::sync::Arc;

use postern_app::{App, Ports, Settings};
use postern_core::ports::{Entropy as _, Keys, Store};
use postern_outside::assertion::JwsAssertions;
use postern_outside::clock::SystemClock;
use postern_outside::entropy::SystemEntropy;
use postern_store::postgres::{self, Postgres, Target};
use postern_store::sqlite::{Options, Sqlite};

use crate::config::Config;
use crate::failure::Failure;
use crate::{elsewhere, keys};

/// A file in the data folder of a demonstration: `serve` refuses it.
const DEMONSTRATION: &str = "THIS-IS-A-DEMONSTRATION";

/// What an application is opened for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    /// A command, which may be alone with the database.
    Command,
    /// A service.
    Serving,
    /// Completing data of before: events get the places that they had, and no others.
    Resolving,
}

/// Opens keys and store of a configuration. A data folder is locked until the application is dropped.
pub(crate) async fn open(config: &Config, what_for: For) -> Result<Arc<App>, Failure> {
    let keys = keys::open(&config.keys)?;
    let name = &config.installation.name;
    if let Some(target) = config.store.target()? {
        return open_database(keys, target, name, what_for).await;
    }
    if !config.store.data.join("postern.db").exists() {
        return Err(Failure::refused(format!(
            "there is no database in {}. `postern init` makes a new installation; to go on with an old one, put its data folder there",
            config.store.data.display()
        )));
    }
    open_folder(keys, &config.store.data, name)
}

/// An application over keys and a data folder, made if it is not there.
pub(crate) fn open_folder(keys: Arc<dyn Keys>, data: &Path, name: &str) -> Result<Arc<App>, Failure> {
    let sealer = keys.local().sealer().clone();
    let store = Sqlite::open(data, sealer, Options::default()).map_err(Failure::refused)?;
    Ok(application(keys, Arc::new(store), name))
}

/// An application over keys and a database.
pub(crate) async fn open_database(
    keys: Arc<dyn Keys>,
    target: impl Into<Target>,
    name: &str,
    what_for: For,
) -> Result<Arc<App>, Failure> {
    let sealer = keys.local().sealer().clone();
    let mut node = [0; 16];
    SystemEntropy.fill(&mut node).map_err(Failure::refused)?;
    let options = postgres::Options {
        sequences: what_for == For::Serving,
        waits: what_for != For::Resolving,
        numbers_first: what_for == For::Command,
        ..Default::default()
    };
    let store = Postgres::open(target, sealer, node, options).await.map_err(Failure::refused)?;
    Ok(application(keys, Arc::new(store), name))
}

fn application(keys: Arc<dyn Keys>, store: Arc<dyn Store>, name: &str) -> Arc<App> {
    let ports = Ports {
        store,
        keys,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        assertions: Arc::new(JwsAssertions),
    };
    let stretches = std::thread::available_parallelism().map_or(1, usize::from);
    Arc::new(App::new(ports, Settings { installation: name.to_owned(), stretches }))
}

/// Whether the key file belongs to the data folder: the installation's own record opens with it.
pub(crate) async fn check_keys(app: &App, config: &Config) -> Result<(), Failure> {
    app.check_installation().await.map_err(|refused| {
        Failure::refused(format!("{refused} Key file: {}; {}", config.keys.file, config.store.place()))
    })
}

/// Whether the data folder continues what its anchor knows: a command changes and vouches for nothing else.
pub(crate) async fn check_anchor(app: &App, config: &Config) -> Result<(), Failure> {
    let anchor = elsewhere::waiting(config, |config| elsewhere::look(&config.anchor)).await?;
    app.check_anchor(&anchor).await.map_err(Failure::refused)?;
    app.begin_numbering();
    Ok(())
}

/// Marks a data folder as a demonstration's.
pub(crate) fn mark_demonstration(data: &Path) -> Result<(), Failure> {
    std::fs::write(data.join(DEMONSTRATION), b"Made by `postern demo`. `postern serve` refuses it.\n")
        .map_err(Failure::refused)
}

/// Refuses a demonstration's data folder.
pub(crate) fn refuse_demonstration(data: &Path) -> Result<(), Failure> {
    if data.join(DEMONSTRATION).exists() {
        return Err(Failure::refused(format!(
            "{} was made by `postern demo`, where an application's bare word counts as proof. Make a new installation with `postern init`",
            data.display()
        )));
    }
    Ok(())
}
