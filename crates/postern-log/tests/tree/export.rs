//! Exports: what is accepted, and each thing that is found.

use postern_log::{
    Checkpoint, ExportCheck, ExportError, Tile, TileHashes, TileKind, WalkError, bundle, same_hashes,
};

use super::{checkpoint, event, leaves};

const SIZE: u64 = 600;

fn bytes(tile: &Tile, of: impl Fn(u64) -> u64) -> Vec<u8> {
    let entries: Vec<_> = tile.range().map(|index| event(of(index))).collect();
    bundle(entries.iter().map(Vec::as_slice)).unwrap()
}

fn checked(size: u64, of: impl Fn(u64) -> u64, kept: u64) -> Result<ExportCheck, ExportError> {
    let mut check = ExportCheck::new([kept]);
    for tile in Tile::all(TileKind::Entries, size) {
        check.bundle(&tile, &bytes(&tile, &of))?;
    }
    Ok(check)
}

#[test]
fn a_whole_export_ends_at_its_checkpoint_and_continues_kept_ones() {
    for size in [0, 1, 255, 256, 257, SIZE] {
        let check = checked(size, |index| index, size / 2).unwrap();
        assert_eq!(check.continues(&checkpoint(size / 2)), Ok(()));
        assert_eq!(check.finish(&checkpoint(size)).unwrap().size(), size);
    }
    let check = checked(SIZE, |index| index, 7).unwrap();
    let forged = Checkpoint { root: [0; 32], ..checkpoint(7) };
    assert_eq!(check.continues(&forged), Err(ExportError::Walk(WalkError::Root { size: 7 })));
    let longer = Checkpoint { size: SIZE + 1, ..checkpoint(7) };
    let found = WalkError::Size { expected: SIZE + 1, found: SIZE };
    assert_eq!(check.continues(&longer), Err(ExportError::Walk(found)));
}

#[test]
fn swapped_added_and_missing_entries_are_found() {
    let swapped =
        checked(SIZE, |index| [index, 8, 7][usize::from(index == 7) + 2 * usize::from(index == 8)], 1);
    let root = WalkError::Root { size: SIZE };
    assert_eq!(swapped.unwrap().finish(&checkpoint(SIZE)).unwrap_err(), ExportError::Walk(root));
    let short = checked(SIZE, |index| index, 1).unwrap().finish(&checkpoint(SIZE - 1));
    assert!(matches!(short, Err(ExportError::Walk(WalkError::Size { .. }))));
    let first = Tile::parse("entries/000.p/3").unwrap();
    let two = Tile::parse("entries/000.p/2").unwrap();
    let found = ExportCheck::new([]).bundle(&first, &bytes(&two, |index| index)).unwrap_err();
    assert_eq!(found.to_string(), "entries/000.p/3 has 2 entries");
    let cut = ExportCheck::new([]).bundle(&first, b"\0").unwrap_err();
    assert_eq!(cut.to_string(), "entries/000.p/3: the entry bundle is cut");
    let second = Tile::parse("entries/001.p/1").unwrap();
    let gap = ExportCheck::new([]).bundle(&second, &bytes(&second, |index| index)).unwrap_err();
    assert!(matches!(gap, ExportError::Walk(WalkError::Gap { .. })));
}

#[test]
fn tiles_with_other_hashes_are_found() {
    let check = checked(SIZE, |index| index, 1).unwrap();
    let mut hashes = TileHashes::default();
    leaves(SIZE).as_chunks::<256>().0.iter().for_each(|tile| assert!(hashes.push(tile)));
    let tile = Tile::parse("1/000.p/2").unwrap();
    let bytes = hashes.hashes(1, tile.range()).unwrap().concat();
    assert_eq!(check.tile(&tile, &bytes), Ok(()));
    let other = Err(ExportError::Tile { path: tile.to_string() });
    for at in [0, 31, 32, 63] {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        assert_eq!(check.tile(&tile, &flipped), other);
    }
    assert_eq!(check.tile(&tile, &bytes[..32]), other);
    assert!(check.tile(&Tile::parse("1/000.p/3").unwrap(), &bytes).is_err());
    assert!(check.tile(&Tile::parse("4/000.p/1").unwrap(), &[]).is_err());
    assert!(check.tile(&Tile::parse("entries/000").unwrap(), &[]).is_err());
    assert!(same_hashes(&tile, &[], &[]).is_err());
}

#[test]
fn the_oldest_bundles_may_be_there_by_their_leaves_alone() {
    let tiles: Vec<Tile> = Tile::all(TileKind::Entries, SIZE).collect();
    let hashes = leaves(SIZE);
    let of = |tile: &Tile| {
        let range = tile.range();
        hashes[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()]
            .as_flattened()
            .to_vec()
    };
    for thinned in 0..=2 {
        let mut check = ExportCheck::new([]);
        for tile in &tiles[..thinned] {
            check.thinned(tile, &of(tile)).unwrap();
        }
        for tile in &tiles[thinned..] {
            check.bundle(tile, &bytes(tile, |index| index)).unwrap();
        }
        assert_eq!(check.passed_over(), thinned as u64 * 256);
        assert_eq!(check.finish(&checkpoint(SIZE)).unwrap().size(), SIZE);
    }
    let mut check = ExportCheck::new([]);
    check.bundle(&tiles[0], &bytes(&tiles[0], |index| index)).unwrap();
    let missing = Err(ExportError::Missing { path: tiles[1].to_string() });
    assert_eq!(check.thinned(&tiles[1], &of(&tiles[1])), missing, "it is behind others");
    let mut check = ExportCheck::new([]);
    assert!(matches!(check.thinned(&tiles[2], &of(&tiles[2])), Err(ExportError::Missing { .. })), "not full");
    for wrong in [&of(&tiles[0])[..8160], &[], &[of(&tiles[0]), vec![0; 32]].concat()] {
        assert!(matches!(check.thinned(&tiles[0], wrong), Err(ExportError::Tile { .. })));
    }
    let mut other = of(&tiles[0]);
    other[40] ^= 1;
    let mut check = ExportCheck::new([]);
    check.thinned(&tiles[0], &other).unwrap();
    check.bundle(&tiles[1], &bytes(&tiles[1], |index| index)).unwrap();
    check.bundle(&tiles[2], &bytes(&tiles[2], |index| index)).unwrap();
    assert!(check.finish(&checkpoint(SIZE)).is_err(), "another leaf");
}
