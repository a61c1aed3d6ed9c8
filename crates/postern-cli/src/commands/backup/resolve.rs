//! `postern audit resolve`: data that are older than their anchor, completed or made safe.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use postern_app::operator::Refused;
use postern_app::restore::Resolved;
use postern_app::{App, Work};
use postern_core::ports::{Copied, Place};
use postern_log::{Anchor, Frontier};
use serde_json::json;

use crate::arguments::Configured;
use crate::commands::alone;
use crate::commands::operate::whoami;
use crate::config::Config;
use crate::failure::Failure;
use crate::installation::{self, For};
use crate::progress::Progress;
use crate::{elsewhere, output};

/// Completes the data, revokes what is not certain, and begins the anchor anew.
pub(in crate::commands) async fn resolve(
    place: Option<&Path>,
    configured: &Configured,
    json: bool,
) -> Result<ExitCode, Failure> {
    let config = Config::read(&configured.config)?;
    let place = elsewhere::place(place, &config)?;
    let (file, anchor) = elsewhere::waiting(&config, |config| elsewhere::hold(&config.anchor)).await?;
    let app = installation::open(&config, For::Resolving).await?;
    installation::check_keys(&app, &config).await?;
    let resolved = resolved(&app, &anchor, place.as_ref(), None, json).await.map_err(Failure::refused)?;
    begin_anew(file, app.edges().await.map_err(Failure::refused)?).await?;
    alone::tell(&app, &config).await;
    Ok(said(&resolved, &config.store.data, json))
}

/// Completes the data, and shows how many of the shipped events are replayed.
pub(super) async fn resolved(
    app: &App,
    anchor: &Anchor,
    place: Option<&Arc<dyn Place>>,
    backup: Option<&Copied>,
    json: bool,
) -> Result<Resolved, Refused> {
    let (progress, by) = (Progress::of(0, "replaying", json), whoami());
    let how_far = async || Some(app.how_far(Work::Replaying));
    progress.watch(app.resolve(&by, anchor, place, backup), how_far).await
}

/// Begins the anchor anew, which waits for a disk or another host.
pub(super) async fn begin_anew(
    mut anchor: elsewhere::Held,
    edges: BTreeMap<String, Frontier>,
) -> Result<(), Failure> {
    let begun = tokio::task::spawn_blocking(move || anchor.begin_anew(edges)).await;
    begun.map_err(Failure::refused)?.map(|_| ()).map_err(Failure::refused)
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
