//! What a command wrote while no service runs, told to the anchor and to where events are shipped: it should not be on one
//! disk alone, and a copy of the data from before it should not be served afterwards.

use std::sync::Arc;

use postern_app::{App, Shipping};
use postern_core::ids::TenantId;
use postern_core::ports::Anchors;
use postern_outside::anchor_file::AnchorKeeper;

use crate::config::Config;
use crate::{elsewhere, output};

/// What else the command wrote: what its store knows of, or every log.
#[derive(Clone, Copy)]
pub(super) enum Wrote {
    /// The logs that grew in this process.
    Some,
    /// Perhaps all of them.
    All,
}

/// Anchors and ships what was written. What was done is done: if this fails, a message says so.
pub(super) async fn tell(app: &App, config: &Config, wrote: Wrote) {
    // A database is served by other nodes too: one of them numbers and ships what is written there.
    if config.store.postgres.is_some() {
        return;
    }
    if let Err(why) = told(app, config, wrote).await {
        output::message(&format!(
            "It is done, and only this data folder knows: {why}. Start the service soon, so that it is anchored and shipped.",
        ));
    }
}

async fn told(app: &App, config: &Config, wrote: Wrote) -> Result<(), String> {
    let mut grown: Vec<TenantId> = match wrote {
        Wrote::Some => app.grown_logs(),
        Wrote::All => app.all_logs().await.map_err(|fault| fault.to_string())?,
    };
    if grown.is_empty() {
        return Ok(());
    }
    let place = elsewhere::place(None, config).map_err(|fault| fault.to_string())?;
    let mut shipping = place.map(Shipping::to);
    let anchors = taken_over(app, config).await?;
    let anchored = app.anchor(&anchors, (shipping.as_mut(), &[]), &mut grown).await;
    anchored.map_err(|fault| fault.to_string())?;
    match shipping {
        // Who is in no hurry waits longer for a place than the anchor does.
        Some(mut shipping) if shipping.behind() > 0 => {
            app.ship(&mut shipping).await.map_err(|fault| fault.to_string())
        }
        _ => Ok(()),
    }
}

/// Takes the anchor over, if the data folder continues what it knows.
pub(super) async fn taken_over(app: &App, config: &Config) -> Result<Arc<dyn Anchors>, String> {
    let held = elsewhere::waiting(config, |config| elsewhere::hold(&config.anchor)).await;
    let (mut held, anchor) = held.map_err(|fault| fault.to_string())?;
    app.check_anchor(&anchor).await.map_err(|problem| problem.to_string())?;
    let taken = tokio::task::spawn_blocking(move || held.take_over().map(|anchor| (held, anchor))).await;
    let (held, anchor) = taken.map_err(|fault| fault.to_string())?.map_err(|fault| fault.to_string())?;
    Ok(Arc::new(AnchorKeeper::new(held, anchor)))
}
