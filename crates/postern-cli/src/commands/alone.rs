//! What a command wrote while no service runs, told to the anchor and to where events are shipped: it should not be on one
//! disk alone, and a copy of the data from before it should not be served afterwards.

use postern_app::{App, Shipping};

use crate::config::Config;
use crate::{elsewhere, output};

/// Anchors and ships what was written. What was done is done: if this fails, a message says so.
pub(super) async fn tell(app: &App, config: &Config) {
    // A database is served by other nodes too: one of them numbers and ships what is written there.
    if config.store.postgres.is_some() {
        return;
    }
    if let Err(why) = told(app, config).await {
        output::message(&format!(
            "It is done, and only this data folder knows: {why}. Start the service soon, so that it is anchored and shipped.",
        ));
    }
}

async fn told(app: &App, config: &Config) -> Result<(), String> {
    let mut grown = app.grown_logs();
    if grown.is_empty() {
        return Ok(());
    }
    let place = elsewhere::place(None, config).map_err(|fault| fault.to_string())?;
    let mut shipping = place.map(Shipping::to);
    let anchors = elsewhere::taken_over(app, config).await?;
    let anchored = app.anchor(&anchors, (shipping.as_mut(), &[]), &mut grown).await;
    anchored.map_err(|fault| fault.to_string())?;
    match shipping {
        // Who is in no hurry waits longer for a place than the anchor does.
        Some(mut shipping) if shipping.behind() > 0 => {
            output::message(
                "It is done and anchored. Waiting for the place that takes events, which is slow…",
            );
            app.ship(&mut shipping).await.map_err(|fault| fault.to_string())
        }
        _ => Ok(()),
    }
}
