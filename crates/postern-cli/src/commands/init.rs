//! `postern init`: everything that an installation needs, made once.

use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use postern_app::operator::Note;
use postern_outside::anchor_file::AnchorFile;
use postern_store::postgres::{Shape, leaves_this_machine, migrate, settings};
use serde_json::json;

use crate::arguments::Init;
use crate::config::{Config, Source, TOO_FAR};
use crate::failure::Failure;
use crate::{installation, keys, output};

/// Makes a configuration, a key file, an anchor and an empty data folder.
pub(super) async fn run(init: Init, json: bool) -> Result<(), Failure> {
    // Before anything is made: who is refused may ask again.
    if let Some(url) = &init.postgres {
        check_empty(url).await?;
    }
    if let Some(path) = &init.keeper.seal {
        keys::read(&Source::File(path.clone()))?;
    }
    make_folder(&init.folder)?;
    let path = init.folder.join("postern.toml");
    write_new(&path, &init.configuration()?)?;
    let config = Config::read(&path)?;
    let keys = keys::make(&config.keys).inspect_err(|_| {
        // Who is refused, as by a token, may ask again.
        let _ = std::fs::remove_file(&path);
    })?;
    let (anchor, _) = AnchorFile::create(&config.anchor.file).map_err(Failure::refused)?;
    drop(anchor);
    let name = &config.installation.name;
    let app = match &config.store.postgres {
        Some(url) => {
            migrate(url).await.map_err(Failure::refused)?;
            installation::open_database(keys, url, name, installation::For::Command).await?
        }
        None => {
            make_folder(&config.store.data)?;
            installation::open_folder(keys, &config.store.data, name)?
        }
    };
    let name = super::operate::whoami();
    let operator = app.operator(&name);
    operator.open_log().await.map_err(Failure::refused)?;
    operator.note_keys(Note::Everything).await.map_err(Failure::refused)?;
    let answer = json!({
        "config": path,
        "data": config.store.postgres.is_none().then_some(&config.store.data),
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

/// Refuses a database that holds anything.
pub(super) async fn check_empty(url: &str) -> Result<(), Failure> {
    if leaves_this_machine(url) {
        return Err(Failure::Usage(format!("--postgres {TOO_FAR}")));
    }
    let found = settings(url).await.map_err(Failure::refused)?;
    let nothing =
        matches!(&found.shape, Shape::Behind(missing) if missing.iter().any(|(step, _)| *step == 1));
    let holds = match found.shape {
        Shape::Foreign(_) => "another program's tables",
        _ if !nothing => "an installation already",
        _ if found.tables > 0 => "tables of something else",
        _ => return Ok(()),
    };
    Err(Failure::refused(format!("the database has {holds}. Make an empty one, and name that")))
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
