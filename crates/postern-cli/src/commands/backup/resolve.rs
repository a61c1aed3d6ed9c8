//! `postern audit resolve`: data that are older than their anchor, completed or made safe.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use postern_app::restore::Resolved;
use postern_core::ports::Place;
use postern_outside::anchor_file::AnchorFile;
use postern_outside::folder_place::FolderPlace;
use serde_json::json;

use crate::arguments::Configured;
use crate::commands::operate::whoami;
use crate::config::Config;
use crate::failure::Failure;
use crate::installation::{self, For};
use crate::output;

/// Completes the data, revokes what is not certain, and begins the anchor anew.
pub(in crate::commands) async fn resolve(
    place: Option<&Path>,
    configured: &Configured,
    json: bool,
) -> Result<ExitCode, Failure> {
    let config = Config::read(&configured.config)?;
    let place = shipped(place, &config)?;
    let (mut file, anchor) = AnchorFile::open(&config.anchor.file).map_err(Failure::refused)?;
    let app = installation::open(&config, For::Resolving).await?;
    installation::check_keys(&app, &config).await?;
    let resolved = app.resolve(&whoami(), &anchor, place.as_ref(), None).await.map_err(Failure::refused)?;
    file.begin_anew(app.edges().await.map_err(Failure::refused)?).map_err(Failure::refused)?;
    Ok(said(&resolved, &config.store.data, json))
}

/// The place that events were shipped to, if there is one.
pub(super) fn shipped(named: Option<&Path>, config: &Config) -> Result<Option<Arc<dyn Place>>, Failure> {
    let Some(folder) = named.or(config.shipping.folder.as_deref()) else { return Ok(None) };
    let place = FolderPlace::open(folder).map_err(Failure::refused)?;
    Ok(Some(Arc::new(place)))
}

/// Says what was done.
pub(super) fn said(resolved: &Resolved, data: &Path, json: bool) -> ExitCode {
    let Resolved { replayed, revoked, gaps } = resolved;
    let answer = json!({
        "data": data, "resolved": true, "replayed": replayed, "subjects_revoked": revoked, "gaps": gaps,
    });
    output::answer(&answer, json);
    output::message(
        "Sets that were staged since the backup have ended, since nothing can prove their codes any more: their holders need new ones. Application keys that were made since do not work: make new ones.",
    );
    if !gaps.is_empty() {
        output::message(
            "Events are lost. Every set that one of them may have ended is revoked. Look through application keys, their bounds and provers: what was revoked or bound in the gap is as before until you do it again. So are people who were erased in the gap: erase them again.",
        );
    }
    ExitCode::SUCCESS
}
