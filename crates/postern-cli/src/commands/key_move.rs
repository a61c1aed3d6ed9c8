//! `postern key move`: an installation's keys brought to another place. The old one stays as it is.

use postern_outside::entropy::SystemEntropy;
use postern_outside::key_file::Moving;
use serde::Deserialize;
use serde_json::json;
use tokio::net::UnixStream;

use crate::arguments::{KeyMove, absolute};
use crate::config::{self, Config};
use crate::failure::Failure;
use crate::{installation, keys, output};

/// Why keys in a token or an engine stay there.
const STAYS: &str = "these keys are in a token or a transit engine, which never gives a key away: that is what it is for. \
     Without the keys that sign, no receipt and no checkpoint of before would verify. Have its maker's means copy it \
     (docs/how-to/keep-the-keys.md says more). Nothing was changed";

/// A new place, as a configuration names it.
#[derive(Deserialize)]
struct Section {
    keys: config::Keys,
}

/// Brings the keys to the new place, reads them back there, and says how the configuration names it.
pub(super) async fn run(wanted: KeyMove, json: bool) -> Result<(), Failure> {
    let config = Config::read(&wanted.configured.config)?;
    let (text, new) = section(&wanted)?;
    check(&config, &new)?;
    if UnixStream::connect(&config.server.socket).await.is_ok() {
        return Err(Failure::refused(
            "the service runs: a version of the pepper could be made while keys are moved. Stop it, on every node, then move",
        ));
    }
    // Held to the end: nobody begins to serve meanwhile. And these are the keys that the records are told of.
    let app = installation::open(&config, installation::For::Command).await?;
    installation::check_keys(&app, &config).await?;
    let passphrase = keys::passphrase(&config.keys)?;
    let moving = Moving::from_file(&config.keys.file.place()?, passphrase.as_ref(), &SystemEntropy)
        .map_err(Failure::refused)?;
    keys::bring(&moving, &new)?;
    drop(app);
    output::answer(&json!({ "from": config.keys.file, "to": new.file, "keys": text }), json);
    output::message(&format!(
        "Moved: the new place was read back and computes what the old one does, which is as it was. Put this in the \
         place of the section [keys] of the configuration, on every node at once, and start:\n\n{text}\n\
         When it serves, make new backups of the keys, and destroy the old place and its copies. From the first start \
         on, do not go back to the old place.",
    ));
    Ok(())
}

/// The new place, as text and as it is read.
fn section(wanted: &KeyMove) -> Result<(String, config::Keys), Failure> {
    let mut text = format!("[keys]\nfile = {}\n", absolute(&wanted.to)?);
    for (name, value) in wanted.keeper.settings()? {
        text.push_str(&format!("{name} = {value}\n"));
    }
    let read: Section = toml::from_str(&text).map_err(Failure::refused)?;
    Ok((text, read.keys))
}

/// What can be refused before anything is opened.
fn check(config: &Config, new: &config::Keys) -> Result<(), Failure> {
    if config.keys.are_shared() {
        return Err(Failure::refused(STAYS));
    }
    if new.file == config.keys.file {
        return Err(Failure::Usage(
            "--to names the key file that is in use: name another one. `postern key seal` and `key open` change a key file in its place"
                .to_owned(),
        ));
    }
    // The whole configuration with the new place has to be one that is served.
    Config { keys: new.clone(), ..config.clone() }.check()
}
