//! `postern migrate`: brings a PostgreSQL database to the shape that this release knows.

use serde_json::json;

use crate::arguments::Configured;
use crate::config::Config;
use crate::failure::Failure;
use crate::output;
use crate::progress::{Counter, Progress};

/// Applies the steps that are missing. Steps only add what an older release does not see, so that nodes of both
/// serve side by side until all are new.
pub(super) async fn run(configured: Configured, json: bool) -> Result<(), Failure> {
    let config = Config::read(&configured.config)?;
    let Some(target) = config.store.target()? else {
        output::answer(&json!({ "applied": [] }), json);
        output::message(
            "A data folder needs no command: `postern serve` brings it up to date when it starts.",
        );
        return Ok(());
    };
    let (progress, counter) = (Progress::of(0, "migrating", json), Counter::default());
    let applied = |done, all| counter.set(done, all);
    let migrated = postern_store::postgres::migrate_watched(target, &applied);
    let applied = progress.watch(migrated, async || counter.now()).await.map_err(Failure::refused)?;
    drop(progress);
    let names: Vec<String> = applied.iter().map(|(number, name)| format!("{number:04} {name}")).collect();
    output::answer(&json!({ "applied": names }), json);
    output::message(if names.is_empty() {
        "The database is up to date already."
    } else {
        "The database is up to date. Nodes of the release before go on serving; replace them one by one."
    });
    Ok(())
}
