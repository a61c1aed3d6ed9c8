//! `postern audit export`: a whole log as a folder, at the paths of C2SP tlog-tiles, so that any server of files can
//! serve it and any client of such logs can read it.

use std::path::Path;
use std::process::ExitCode;

use postern_app::operator::Command;
use postern_core::encoding::from_base64url;
use postern_core::ids::TenantId;
use postern_log::{ExportCheck, Tile, TileKind, bundle, open_checkpoint_of};
use serde_json::{Value, json};

use super::files;
use crate::arguments::Configured;
use crate::commands::operate::{Reached, id, reach};
use crate::failure::Failure;
use crate::output;
use crate::progress::Progress;

/// Writes a log to a new folder: its entries, its tiles, and last its checkpoint.
pub(super) async fn export(
    tenant: &str,
    folder: &Path,
    configured: &Configured,
    json: bool,
) -> Result<ExitCode, Failure> {
    let tenant: TenantId = id(tenant)?;
    if folder.read_dir().is_ok_and(|mut files| files.next().is_some()) {
        let why = "is not empty: an export goes to a folder of its own";
        return Err(Failure::Usage(format!("{} {why}", folder.display())));
    }
    let service = reach(configured).await?;
    let head = service.does(Command::AuditCheckpoint { tenant }).await?;
    let note = head.get("checkpoint").and_then(Value::as_str).unwrap_or_default();
    let key = head.get("verifier_key").and_then(Value::as_str).unwrap_or_default();
    let checkpoint = open_checkpoint_of(postern_log::key_name(key), note, key).map_err(Failure::refused)?;
    let mut check = ExportCheck::new([]);
    let progress =
        Progress::of(Tile::all(TileKind::Entries, checkpoint.size).count() as u64, "entries", json);
    for tile in Tile::all(TileKind::Entries, checkpoint.size) {
        write_entries(&service, tenant, &tile, folder, &mut check).await?;
        progress.step();
    }
    drop(progress);
    let thinned = check.passed_over();
    for tile in Tile::all_hashes(checkpoint.size).filter(|tile| tile.kind() != TileKind::Hashes(0)) {
        let hashes =
            check.hashes(&tile).ok_or_else(|| Failure::refused(format!("{tile} could not be made")))?;
        files::write(&place(folder, &tile), hashes.as_flattened())?;
    }
    check.finish(&checkpoint).map_err(|fault| {
        Failure::refused(format!("the log is not as it was signed: {fault}. Run `postern audit verify`"))
    })?;
    // Where its bundles begin: one that is missing after that was lost on the way.
    files::write(&folder.join(BEGINS), format!("{thinned}\n").as_bytes())?;
    // A folder without it is no export.
    files::write(&folder.join("checkpoint"), note.as_bytes())?;
    let said = json!({
        "folder": folder.display().to_string(), "origin": checkpoint.origin, "size": checkpoint.size,
        "thinned": thinned, "verifier_key": key,
    });
    output::answer(&said, json);
    if thinned > 0 {
        output::message(&format!(
            "The first {thinned} events are thinned: their hashes are here, their bytes only in an export from before."
        ));
    }
    output::message("Give the verifier key to whoever checks it on another way than the folder.");
    Ok(ExitCode::SUCCESS)
}

/// The file that says with which event an export's bundles begin. It is not signed: it tells a loss, not a forgery.
pub(super) const BEGINS: &str = "begins";

/// Where a tile lies in an exported folder.
pub(super) fn place(folder: &Path, tile: &Tile) -> std::path::PathBuf {
    folder.join("tile").join(tile.to_string())
}

/// Writes an entry bundle and the level 0 tile of its leaf hashes; of a bundle that is thinned, that tile alone.
async fn write_entries(
    service: &Reached,
    tenant: TenantId,
    tile: &Tile,
    folder: &Path,
    check: &mut ExportCheck,
) -> Result<(), Failure> {
    let range = tile.range();
    let command = Command::AuditEntries { tenant, from: range.start, count: range.end - range.start };
    let answer = service.does(command).await?;
    if let Some(leaves) = answer.get("leaves").and_then(Value::as_str).and_then(from_base64url) {
        let leaves = check.thinned(tile, &leaves).map_err(Failure::refused)?;
        return files::write(&place(folder, &tile.leaves()), leaves.as_flattened());
    }
    let entries = answer.get("entries").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let entries = entries.iter().filter_map(Value::as_str).map(str::as_bytes);
    let bytes = bundle(entries).map_err(Failure::refused)?;
    let leaves = check.bundle(tile, &bytes).map_err(Failure::refused)?;
    files::write(&place(folder, tile), &bytes)?;
    files::write(&place(folder, &tile.leaves()), leaves.as_flattened())
}
