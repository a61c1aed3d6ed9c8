//! Tiles: their paths, their hashes, and the proofs that come of them.

use postern_log::{
    BundleError, KnownTiles, Tile, TileHashes, TileKind, bundle, consistency_proof, inclusion_proof, unbundle,
};
use proptest::prelude::*;

use super::{Naive, leaves};

fn known(all: &[postern_log::Hash]) -> TileHashes {
    let mut hashes = TileHashes::default();
    for tile in all.as_chunks::<256>().0 {
        assert!(hashes.push(tile));
    }
    hashes
}

#[test]
fn paths_are_those_of_the_specification() {
    let paths = ["0/000", "0/x001/x234/067", "3/999.p/255", "entries/x001/000", "entries/000.p/1", "63/000"];
    for path in paths {
        assert_eq!(Tile::parse(path).unwrap().to_string(), path);
    }
    let tile = Tile::parse("1/x001/x234/067.p/7").unwrap();
    assert_eq!((tile.kind(), tile.index(), tile.is_full()), (TileKind::Hashes(1), 1_234_067, false));
    assert_eq!(tile.range(), 1_234_067 * 256..1_234_067 * 256 + 7);
    let none = [
        "",
        "0",
        "0/",
        "0/0",
        "0/0000",
        "0/1000",
        "0/x000/001",
        "00/000",
        "64/000",
        "256/000",
        "-1/000",
        "+0/000",
        "0/+00",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/01",
        "0/000.p/",
        "0/001/000",
        "0/x001/x000",
        "0/xx001/000",
        "entry/000",
        "0/000/",
        "/0/000",
        "0/000.p/1/000",
        "0/x999/x999/x999/x999/x999/x999/999",
    ];
    for path in none {
        assert_eq!(Tile::parse(path), None, "{path}");
    }
}

#[test]
fn the_tiles_of_a_size_are_those_of_the_specifications_example() {
    let widths = |kind| {
        let tiles: Vec<_> = Tile::all(kind, 70_000).collect();
        let last = tiles.last().unwrap().range();
        (tiles.len(), tiles.iter().filter(|tile| tile.is_full()).count(), last.end - last.start)
    };
    assert_eq!(widths(TileKind::Hashes(0)), (274, 273, 112));
    assert_eq!(widths(TileKind::Entries), (274, 273, 112));
    assert_eq!(widths(TileKind::Hashes(1)), (2, 1, 17));
    assert_eq!(widths(TileKind::Hashes(2)), (1, 0, 1));
    assert_eq!(Tile::all_hashes(70_000).count(), 277);
    let small: Vec<_> = Tile::all_hashes(256).map(|tile| tile.to_string()).collect();
    assert_eq!(small, ["0/000", "1/000.p/1"]);
    assert_eq!(Tile::all_hashes(0).count(), 0);
}

#[test]
fn paths_are_those_of_tlog_tiles() {
    for tile in Tile::all_hashes(70_000) {
        let theirs = tlog_tiles::Tile::from_path(&format!("tile/8/{tile}")).unwrap();
        assert_eq!(theirs.level_index(), tile.index());
        assert_eq!(u64::from(theirs.width()), tile.range().end - tile.range().start);
    }
}

#[test]
fn a_tile_stands_on_as_many_full_tiles_of_leaves_as_its_hashes_are_over() {
    for (path, full) in [
        ("entries/000", 0),
        ("0/001", 0),
        ("1/000", 256),
        ("1/001.p/2", 258),
        ("2/000.p/3", 3 * 256),
        ("3/000.p/1", 256 * 256),
    ] {
        assert_eq!(Tile::parse(path).unwrap().stands_on(), full, "{path}");
    }
}

#[test]
fn levels_grow_as_the_definition_says() {
    let all = leaves(256 * 258);
    let hashes = known(&all);
    assert_eq!(hashes.tiles(), 258);
    let first = hashes.hashes(1, 0..258).unwrap();
    for (tile, hash) in all.as_chunks::<256>().0.iter().zip(first) {
        assert_eq!(Naive::root(tile), *hash);
    }
    assert_eq!(hashes.hashes(2, 0..1).unwrap(), [Naive::root(&all[..256 * 256])]);
    assert_eq!((hashes.hashes(2, 0..2), hashes.hashes(3, 0..1), hashes.hashes(0, 0..1)), (None, None, None));
    let mut short = TileHashes::default();
    assert!(!short.push(&all[..255]) && !short.push(&all[..257]) && !short.push(&[]) && short.tiles() == 0);
}

#[test]
fn two_tiles_of_leaves_are_enough_for_a_proof() {
    let all = leaves(256 * 260);
    let hashes = known(&all);
    for size in [1, 255, 256, 257, 5000, 256 * 256, 256 * 256 + 1, 256 * 259 + 77] {
        let tree = |index: u64| {
            let mut tree = KnownTiles::new(&hashes);
            for tile in [index / 256, size / 256] {
                let end = (tile * 256 + 256).min(size);
                let range =
                    usize::try_from(tile * 256).unwrap()..usize::try_from(end.max(tile * 256)).unwrap();
                tree.add(tile, all[range].to_vec());
            }
            tree
        };
        for index in [0, 1, size / 3, size / 2, size - 1].map(|index: u64| index.min(size - 1)) {
            let path = inclusion_proof(&tree(index), index, size).unwrap();
            let known = &all[..usize::try_from(size).unwrap()];
            assert_eq!(path, Naive::path(usize::try_from(index).unwrap(), known), "{index} of {size}");
            let earlier = usize::try_from(index).unwrap() + 1;
            let proof = consistency_proof(&tree(index + 1), index + 1, size).unwrap();
            assert_eq!(proof, Naive::subproof(earlier, known, true), "{earlier} of {size}");
        }
    }
}

#[test]
fn bundles_come_back_and_cut_ones_do_not() {
    let entries: [&[u8]; 4] = [b"{}", b"", &[b'x'; 65_535], b"{\"a\":1}"];
    let bytes = bundle(entries).unwrap();
    assert_eq!(&bytes[..6], b"\0\x02{}\0\0");
    assert_eq!(unbundle(&bytes).unwrap(), entries);
    assert_eq!(unbundle(&[]), Ok(Vec::new()));
    assert_eq!(unbundle(&bytes[..bytes.len() - 1]), Err(BundleError::Cut));
    assert_eq!(unbundle(&[0]), Err(BundleError::Cut));
    assert_eq!(bundle([[0; 65_536].as_slice()]), Err(BundleError::TooLong(65_536)));
}

proptest! {
    #[test]
    fn any_bytes_are_read_exactly_or_refused(bytes in prop::collection::vec(0_u8..4, 0..60)) {
        if let Ok(entries) = unbundle(&bytes) {
            prop_assert_eq!(bundle(entries).unwrap(), bytes);
        }
    }

    #[test]
    fn any_path_is_read_exactly_or_refused(path in "(entries|[0-9]{1,2})(/x?[0-9]{3}){1,4}(\\.p/[0-9]{1,3})?") {
        if let Some(tile) = Tile::parse(&path) {
            prop_assert_eq!(tile.to_string(), path);
            prop_assert!(!tile.range().is_empty());
        }
    }

    #[test]
    fn every_tile_of_a_size_is_in_it_and_no_other(size in 0_u64..200_000) {
        for tile in Tile::all_hashes(size).chain(Tile::all(TileKind::Entries, size)) {
            prop_assert!(tile.is_in(size));
            prop_assert!(!tile.is_in(tile.range().end.saturating_sub(1)) || tile.kind() != TileKind::Entries);
            prop_assert_eq!(Tile::parse(&tile.to_string()), Some(tile));
        }
    }
}
