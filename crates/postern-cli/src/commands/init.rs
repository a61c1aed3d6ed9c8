//! `postern init`: everything that an installation needs, made once.

use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use postern_outside::anchor_file::AnchorFile;
use postern_outside::entropy::SystemEntropy;
use postern_outside::key_file::KeyFile;
use postern_store::postgres::Shape;
use serde_json::json;

use crate::arguments::Init;
use crate::config::{Config, REFERENCE};
use crate::failure::Failure;
use crate::{installation, output};

/// The reference's line for a database, which is no setting as it stands.
const DATABASE: &str = "# postgres = \"host=/run/postgresql dbname=postern user=postern\"";

/// Makes a configuration, a key file, an anchor and an empty data folder.
pub(super) async fn run(init: Init, json: bool) -> Result<(), Failure> {
    make_folder(&init.folder)?;
    let path = init.folder.join("postern.toml");
    let text = REFERENCE.replacen("name = \"localhost\"", &format!("name = {:?}", init.name), 1);
    let text = match &init.postgres {
        Some(url) => text.replacen(DATABASE, &format!("postgres = {url:?}"), 1),
        None => text,
    };
    write_new(&path, &text)?;
    let config = Config::read(&path)?;
    let keys = KeyFile::create(&config.keys.file, &SystemEntropy).map_err(Failure::refused)?;
    let (anchor, _) = AnchorFile::create(&config.anchor.file).map_err(Failure::refused)?;
    drop(anchor);
    let name = &config.installation.name;
    let app = match &config.store.postgres {
        Some(url) => {
            let before = postern_store::postgres::shape(url).await.map_err(Failure::refused)?;
            if !matches!(before, Shape::Behind(ref missing) if missing.first().is_some_and(|(first, _)| *first == 1))
            {
                return Err(Failure::refused("the database has an installation already. Name an empty one"));
            }
            postern_store::postgres::migrate(url).await.map_err(Failure::refused)?;
            installation::open_database(keys, url, name, installation::For::Command).await?
        }
        None => {
            make_folder(&config.store.data)?;
            installation::open_folder(keys, &config.store.data, name)?
        }
    };
    app.operator(&super::operate::whoami()).open_log().await.map_err(Failure::refused)?;
    let answer = json!({
        "config": path,
        "data": config.store.data,
        "keys": config.keys.file,
        "anchor": config.anchor.file,
    });
    output::answer(&answer, json);
    let shown = path.display();
    output::message(&format!(
        "Made. Keep a copy of the key file in a safe place, apart from backups of the data.\nNext:\n  \
         postern tenant create NAME --config {shown}\n  \
         postern application create NAME --tenant ten_… --scopes sets:stage,redeem --enforces enrol --config {shown}\n  \
         postern serve --config {shown}"
    ));
    Ok(())
}

fn make_folder(path: &Path) -> Result<(), Failure> {
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|fault| {
        Failure::refused(format!("the folder {} could not be made: {fault}", path.display()))
    })
}

fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    use std::io::Write as _;
    let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = file.map_err(|fault| {
        Failure::refused(format!(
            "{} could not be made: {fault}. An installation is made once",
            path.display()
        ))
    })?;
    file.write_all(text.as_bytes()).map_err(Failure::refused)
}
