//! What an operator is given of a thinned log.

use postern_app::operator::Command;
use postern_core::encoding::from_base64url;
use postern_log::{ExportCheck, TILE_WIDTH, Tile, TileKind, bundle, open_checkpoint};
use postern_testkit::StoreKind;
use serde_json::Value;

use crate::support::thinned;

#[tokio::test]
async fn an_export_has_the_leaves_of_what_is_thinned_and_ends_at_the_checkpoint() {
    let (world, _) = thinned(StoreKind::Sqlite).await;
    let does = |command| world.app.operate("test", command);
    let head = does(Command::AuditCheckpoint { tenant: world.tenant }).await.unwrap();
    let (note, key) = (head["checkpoint"].as_str().unwrap(), head["verifier_key"].as_str().unwrap());
    let checkpoint = open_checkpoint(note, key).unwrap();
    let mut check = ExportCheck::new([]);
    for tile in Tile::all(TileKind::Entries, checkpoint.size) {
        let (from, count) = (tile.range().start, TILE_WIDTH.min(tile.range().end - tile.range().start));
        let read = does(Command::AuditEntries { tenant: world.tenant, from, count }).await.unwrap();
        match read.get("leaves").and_then(Value::as_str) {
            Some(leaves) => drop(check.thinned(&tile, &from_base64url(leaves).unwrap()).unwrap()),
            None => {
                let entries = read["entries"].as_array().unwrap().iter();
                let bytes = bundle(entries.map(|entry| entry.as_str().unwrap().as_bytes())).unwrap();
                check.bundle(&tile, &bytes).unwrap();
            }
        }
    }
    assert_eq!(check.passed_over(), 256);
    assert_eq!(check.finish(&checkpoint).unwrap().size(), checkpoint.size);
    let gone = Command::AuditProof { tenant: world.tenant, event: "3".to_owned() };
    let told = does(gone).await.unwrap_err().to_string();
    assert!(told.contains("export that was made before"), "{told}");
}
