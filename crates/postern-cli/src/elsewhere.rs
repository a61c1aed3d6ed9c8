//! Where the anchor is and where events are shipped to: the only place that picks a counterpart for them.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use postern_app::App;
use postern_core::ports::{Anchors, Place, Witness};
use postern_log::Anchor;
use postern_outside::anchor_file::{
    self, AnchorCell, AnchorError, AnchorKeeper, AwayCell, FileCell, HeldAnchor,
};
use postern_outside::folder_place::FolderPlace;
use postern_outside::remote::{HostCell, HttpWitness, S3, S3Cell, SecondHost, Trust};

use crate::config::{self, Config};
use crate::failure::Failure;

/// How long one request about an anchor may take: it is written once a second.
const ANCHOR: Duration = Duration::from_secs(3);
/// How long one question to a witness may take.
const WITNESS: Duration = Duration::from_secs(10);
/// How long one request about a bundle may take.
const BUNDLE: Duration = Duration::from_secs(20);

/// An anchor that is held, wherever it is.
pub(crate) type Held = HeldAnchor<Box<dyn AnchorCell>>;

/// Takes the right to write the anchor.
pub(crate) fn hold(config: &config::Anchor) -> Result<(Held, Anchor), Failure> {
    // The anchor first: a wrong path should not leave a lock file behind.
    look(config)?;
    let cell: Box<dyn AnchorCell> = match away(config)? {
        Some(cell) => Box::new(cell),
        None => Box::new(FileCell::locked(&config.file).map_err(Failure::refused)?),
    };
    HeldAnchor::hold(cell).map_err(Failure::refused)
}

/// Takes the anchor over, if the data folder continues what it knows.
pub(crate) async fn taken_over(app: &App, config: &Config) -> Result<Arc<dyn Anchors>, String> {
    let held = waiting(config, |config| hold(&config.anchor)).await;
    let (mut held, anchor) = held.map_err(|fault| fault.to_string())?;
    app.check_anchor(&anchor).await.map_err(|problem| problem.to_string())?;
    let taken = tokio::task::spawn_blocking(move || held.take_over().map(|anchor| (held, anchor))).await;
    let (held, anchor) = taken.map_err(|fault| fault.to_string())?.map_err(|fault| fault.to_string())?;
    Ok(Arc::new(AnchorKeeper::new(held, anchor)))
}

/// The anchor as it is now.
pub(crate) fn look(config: &config::Anchor) -> Result<Anchor, Failure> {
    let found = match away(config)? {
        Some(cell) => anchor_file::look(&cell),
        None => anchor_file::look(&FileCell::unlocked(&config.file)),
    };
    found.map_err(Failure::refused)
}

/// Whether another host that keeps the anchor answers. One that does not may do so soon: nothing is wrong with the
/// records then, and the service is to be started again.
pub(crate) fn reach(config: &config::Anchor) -> Result<(), Failure> {
    let Some(cell) = away(config)? else { return Ok(()) };
    match anchor_file::look(&cell) {
        Err(fault @ AnchorError::Cell { .. }) => Err(Failure::refused(format!(
            "{fault}. Without it nothing is served: start again when it answers"
        ))),
        _ => Ok(()),
    }
}

/// The anchor's place on another host, if it is on one.
pub(crate) fn away(config: &config::Anchor) -> Result<Option<AwayCell>, Failure> {
    if let Some(s3) = &config.s3 {
        let s3 = S3::new(s3.settings()?, ANCHOR).map_err(Failure::refused)?;
        let cell = S3Cell::new(s3, &config.name).map_err(Failure::refused)?;
        cell.check().map_err(Failure::refused)?;
        return Ok(Some(AwayCell(Box::new(cell))));
    }
    let Some(host) = &config.host else { return Ok(None) };
    let host = SecondHost::new(host.settings()?, ANCHOR).map_err(Failure::refused)?;
    let cell = HostCell::new(host, &config.name).map_err(Failure::refused)?;
    Ok(Some(AwayCell(Box::new(cell))))
}

/// Where events are shipped to, if anywhere: the folder that is named, or what the configuration says.
pub(crate) fn place(named: Option<&Path>, config: &Config) -> Result<Option<Arc<dyn Place>>, Failure> {
    let shipping = &config.shipping;
    if let Some(folder) = named.or(shipping.folder.as_deref()) {
        return Ok(Some(Arc::new(FolderPlace::open(folder).map_err(Failure::refused)?)));
    }
    if let Some(s3) = &shipping.s3 {
        return Ok(Some(Arc::new(S3::new(s3.settings()?, BUNDLE).map_err(Failure::refused)?)));
    }
    let Some(host) = &shipping.host else { return Ok(None) };
    Ok(Some(Arc::new(SecondHost::new(host.settings()?, BUNDLE).map_err(Failure::refused)?)))
}

/// Who cosigns checkpoints.
pub(crate) fn witnesses(config: &Config) -> Result<Vec<Arc<dyn Witness>>, Failure> {
    let one = |witness: &config::Witness| {
        let trust = Trust { authority: witness.ca_file.clone(), client: None };
        let made = HttpWitness::new(&witness.url, witness.key()?, &trust, WITNESS);
        Ok(Arc::new(made.map_err(Failure::refused)?) as Arc<dyn Witness>)
    };
    config.evidence.witnesses.iter().map(one).collect()
}

/// The same from a thread that may wait for a network.
pub(crate) async fn waiting<T: Send + 'static>(
    config: &Config,
    ask: impl FnOnce(&Config) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let config = config.clone();
    tokio::task::spawn_blocking(move || ask(&config)).await.map_err(Failure::refused)?
}
