//! `postern backup restore`.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use postern_app::restore::check_shipped;
use postern_core::kernel::Key;
use postern_core::ports::Clock as _;
use postern_outside::clock::SystemClock;
use postern_store::sqlite::backup;
use serde_json::json;

use super::resolve::{begin_anew, resolved, said};
use crate::arguments::Restore;
use crate::commands::alone;
use crate::config::Config;
use crate::failure::Failure;
use crate::progress::{Counter, Progress};
use crate::{elsewhere, installation, keys, output};

/// Lays a backup down, completes it, and takes the anchor over: whoever else serves this installation stops.
pub(super) async fn run(restore: Restore, json: bool) -> Result<ExitCode, Failure> {
    let config = Config::read(&restore.configured.config)?;
    if config.store.postgres.is_some() {
        return Err(Failure::Usage(
            "a database is laid down with its own means; then `postern audit resolve` completes it"
                .to_owned(),
        ));
    }
    let to = restore.to.unwrap_or_else(|| config.store.data.clone());
    let keys = keys::open(&config.keys)?;
    let place = elsewhere::place(restore.shipped.as_deref(), &config)?;
    // Held until the end: nobody serves meanwhile.
    let (file, anchor) = elsewhere::waiting(&config, |config| elsewhere::hold(&config.anchor)).await?;
    let copied = backup::look(&restore.backup).map_err(Failure::refused)?;
    let name = &config.installation.name;
    let erased = match &place {
        Some(place) => {
            check_shipped(&*keys, name, &copied, place, &anchor).await.map_err(Failure::refused)?
        }
        None => BTreeSet::new(),
    };
    lay_down(restore.backup, to.clone(), erased, json).await?;
    let app = installation::open_folder(keys, &to, name)?;
    app.check_installation().await.map_err(Failure::refused)?;
    let after = |fault: postern_app::operator::Refused| {
        let shown = to.display();
        Failure::refused(format!(
            "{fault} The backup lies in {shown}, and is not served. `postern audit resolve` goes on"
        ))
    };
    if place.is_none() {
        let gaps = app.gaps(&anchor).await.map_err(after)?;
        if !gaps.is_empty() {
            output::answer(&json!({ "data": to, "resolved": false, "gaps": gaps }), json);
            output::message(
                "The backup is older than its anchor, and is not served. `postern audit resolve` completes it with --shipped, or revokes what is not certain.",
            );
            return Ok(ExitCode::from(3));
        }
    }
    let resolved = resolved(&app, &anchor, place.as_ref(), Some(&copied), json).await.map_err(after)?;
    begin_anew(file, app.edges().await.map_err(after)?).await?;
    alone::tell(&app, &config).await;
    Ok(said(&resolved, &to, json))
}

/// Lays it down on a thread that may wait for a disk, and shows how much is.
async fn lay_down(backup: PathBuf, to: PathBuf, erased: BTreeSet<Key>, json: bool) -> Result<(), Failure> {
    let (progress, counter) = (Progress::of_bytes("copying", json), Counter::default());
    let counts = counter.clone();
    let now = SystemClock.now();
    let laid = tokio::task::spawn_blocking(move || {
        backup::lay_down(&backup, &to, (&erased, now), &|done, all| counts.set(done, all))
    });
    let laid = progress.watch(laid, async || counter.now()).await;
    laid.map_err(Failure::refused)?.map_err(Failure::refused)
}
