//! `postern audit check`: a proof or an exported log, against the log's verifier key and nothing else: no database,
//! no network, no configuration.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use postern_log::{
    Checkpoint, CheckpointError, ExportCheck, ProofFile, ProofFileError, Tile, TileKind, WitnessKey,
    key_name, open_checkpoint_of, same_hashes,
};
use serde_json::{Value, json};

use super::export::{BEGINS, place};
use super::files;
use crate::failure::Failure;
use crate::output;

/// Checks; exit code 3 if it does not hold.
pub(super) fn check(
    path: &Path,
    key: &str,
    (witnesses, kept): (&[String], Option<&Path>),
    json: bool,
) -> Result<ExitCode, Failure> {
    // Who is named twice counts once.
    let witnesses = witnesses
        .iter()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .map(|key| WitnessKey::parse(key).map_err(|_| no_witness()));
    let witnesses: Vec<WitnessKey> = witnesses.collect::<Result<_, _>>()?;
    let checked = match (path.is_dir(), kept) {
        (true, kept) => folder(path, key, kept, &witnesses)?,
        (false, None) => proof(path, key, &witnesses)?,
        (false, Some(_)) => {
            return Err(Failure::Usage(
                "--kept goes with a folder: one proof does not show the log before".into(),
            ));
        }
    };
    let (said, code) = match checked {
        Ok(said) => (said, ExitCode::SUCCESS),
        Err(finding) => (json!({ "verified": false, "finding": finding }), ExitCode::from(3)),
    };
    output::answer(&said, json);
    output::message(if code == ExitCode::SUCCESS {
        if said.get("self_asserted") == Some(&Value::Bool(false)) {
            "It is what the holder of the key has signed, and what the witnesses named above have seen."
        } else {
            "It is what the holder of the key has signed. Without a witness this is self-asserted."
        }
    } else {
        "It does not hold: believe nothing of it. Ask for it again, and keep both."
    });
    Ok(code)
}

/// What was checked, or what is wrong with it.
type Checked = Result<Value, String>;

fn proof(path: &Path, key: &str, witnesses: &[WitnessKey]) -> Result<Checked, Failure> {
    let checked = ProofFile::parse(&files::text(path)?).and_then(|proof| Ok((proof.check(key)?, proof)));
    Ok(match checked {
        Ok((checkpoint, proof)) => {
            let event: Value = serde_json::from_slice(&proof.event).unwrap_or(Value::Null);
            let seen = seen(&proof.note, witnesses);
            seen.map(|seen| {
                said(
                    &checkpoint,
                    &[&[("index", proof.index.into()), ("event", event)], seen.as_slice()].concat(),
                )
            })
        }
        Err(ProofFileError::Checkpoint(CheckpointError::Key)) => return Err(no_key()),
        Err(fault) => Err(fault.to_string()),
    })
}

fn folder(path: &Path, key: &str, kept: Option<&Path>, witnesses: &[WitnessKey]) -> Result<Checked, Failure> {
    let checkpoint = match opened(&path.join("checkpoint"), key)? {
        Ok(checkpoint) => checkpoint,
        Err(finding) => return Ok(Err(finding)),
    };
    let kept = match kept.map(|kept| opened(kept, key)).transpose()?.transpose() {
        Ok(kept) => kept,
        Err(finding) => return Ok(Err(format!("the kept checkpoint: {finding}"))),
    };
    let seen = match seen(&files::text(&path.join("checkpoint"))?, witnesses) {
        Ok(seen) => seen,
        Err(finding) => return Ok(Err(finding)),
    };
    let checked = tiles(path, &checkpoint, kept.as_ref());
    Ok(checked.map(|thinned| {
        let thinned = (thinned > 0).then(|| ("thinned", Value::from(thinned)));
        said(&checkpoint, &thinned.into_iter().chain(seen).collect::<Vec<_>>())
    }))
}

/// Which of the known witnesses have cosigned a note, and when. Of none that is known, nothing is said.
fn seen(note: &str, witnesses: &[WitnessKey]) -> Result<Vec<(&'static str, Value)>, String> {
    let mut by = Vec::new();
    for witness in witnesses {
        let name = witness.name();
        let time = witness.cosigned(note).map_err(|fault| format!("the witness {name}: {fault}"))?;
        if let Some(time) = time {
            by.push(json!({ "witness": name, "seconds": time }));
        }
    }
    if witnesses.is_empty() {
        return Ok(Vec::new());
    }
    let self_asserted = by.is_empty();
    Ok(vec![("cosigned", Value::Array(by)), ("self_asserted", self_asserted.into())])
}

fn no_witness() -> Failure {
    Failure::Usage(
        "a verifier key of a witness looks like name+id+key, and its key is one of cosignature/v1".into(),
    )
}

/// Opens a checkpoint of the log whose key this is.
fn opened(path: &Path, key: &str) -> Result<Result<Checkpoint, String>, Failure> {
    match open_checkpoint_of(key_name(key), &files::text(path)?, key) {
        Ok(checkpoint) => Ok(Ok(checkpoint)),
        Err(CheckpointError::Key) => Err(no_key()),
        Err(fault) => Ok(Err(fault.to_string())),
    }
}

/// Every bundle and every tile that a log of the checkpoint's size has; how many of its first events are there by their
/// leaves alone, as they were thinned before the export.
fn tiles(folder: &Path, checkpoint: &Checkpoint, kept: Option<&Checkpoint>) -> Result<u64, String> {
    let read = |tile: &Tile| {
        let found = std::fs::read(place(folder, tile));
        found.map_err(|fault| {
            format!("tile/{tile}, which a log of {} events has, could not be read: {fault}", checkpoint.size)
        })
    };
    // Exports of earlier releases do not say it.
    let begins = std::fs::read(folder.join(BEGINS)).ok();
    let first = begins.as_ref().and_then(|text| std::str::from_utf8(text).ok()?.trim().parse::<u64>().ok());
    let mut check = ExportCheck::new(kept.map(|kept| kept.size));
    for tile in Tile::all(TileKind::Entries, checkpoint.size) {
        let hashes = tile.leaves();
        if !place(folder, &tile).exists() {
            if first.is_some_and(|first| tile.range().start >= first) {
                return Err(format!(
                    "tile/{tile} is missing: its events were in this export when it was made"
                ));
            }
            check.thinned(&tile, &read(&hashes)?).map_err(|fault| fault.to_string())?;
            continue;
        }
        let leaves = check.bundle(&tile, &read(&tile)?).map_err(|fault| fault.to_string())?;
        same_hashes(&hashes, &leaves, &read(&hashes)?).map_err(|fault| fault.to_string())?;
    }
    for tile in Tile::all_hashes(checkpoint.size).filter(|tile| tile.kind() != TileKind::Hashes(0)) {
        check.tile(&tile, &read(&tile)?).map_err(|fault| fault.to_string())?;
    }
    if let Some(Err(fault)) = kept.map(|kept| check.continues(kept)) {
        return Err(format!("it does not continue the kept checkpoint: {fault}"));
    }
    let thinned = check.passed_over();
    if begins.is_some_and(|begins| begins != format!("{thinned}\n").as_bytes()) {
        return Err(format!(
            "the file {BEGINS} is not of this folder, whose bundles begin with event {thinned}"
        ));
    }
    check.finish(checkpoint).map(|_| thinned).map_err(|fault| fault.to_string())
}

fn said(checkpoint: &Checkpoint, more: &[(&str, Value)]) -> Value {
    let of_log = [
        ("verified", Value::Bool(true)),
        ("origin", checkpoint.origin.clone().into()),
        ("size", checkpoint.size.into()),
    ];
    let members = of_log.iter().chain(more).map(|(name, value)| ((*name).to_owned(), value.clone()));
    Value::Object(members.collect())
}

fn no_key() -> Failure {
    Failure::Usage(
        "a verifier key looks like name+id+key; `postern audit export` and `audit proof` show it".into(),
    )
}
