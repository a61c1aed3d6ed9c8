//! `postern anchor`: the anchor, moved to another host.

use postern_outside::anchor_file::{AnchorFile, HeldAnchor};
use serde_json::json;

use crate::arguments::{AnchorCommand, Configured};
use crate::config::Config;
use crate::failure::Failure;
use crate::{elsewhere, output};

/// Does what was typed.
pub(super) async fn run(command: AnchorCommand, json: bool) -> Result<(), Failure> {
    match command {
        AnchorCommand::Move(configured) => moved(&configured, json).await,
    }
}

/// Puts the anchor file's anchor where the configuration says, if there is none yet, and the file aside.
async fn moved(configured: &Configured, json: bool) -> Result<(), Failure> {
    let config = Config::read(&configured.config)?;
    let to = elsewhere::waiting(&config, |config| {
        let cell = elsewhere::away(&config.anchor)?.ok_or_else(|| {
            Failure::Usage("the configuration names no other host: set anchor.s3 or anchor.host".to_owned())
        })?;
        // Held until the end: no service writes it meanwhile.
        let (file, anchor) = AnchorFile::open(&config.anchor.file).map_err(Failure::refused)?;
        let to = postern_outside::anchor_file::AnchorCell::place(&cell);
        HeldAnchor::begin(cell, &anchor).map_err(Failure::refused)?;
        let mut aside = config.anchor.file.clone().into_os_string();
        aside.push(".moved");
        std::fs::rename(&config.anchor.file, aside).map_err(Failure::refused)?;
        drop(file);
        Ok(to)
    })
    .await?;
    output::answer(&json!({ "anchor": to }), json);
    output::message("Moved. The file's anchor lies beside it as .moved, and is used by nothing any more.");
    Ok(())
}
