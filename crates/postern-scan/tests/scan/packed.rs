//! 7z, xz and bzip2: opened within bounds, named where they ask for more.

use std::io::{Cursor, Write as _};

use bzip2::write::BzEncoder;
use flate2::Crc;
use lzma_rust2::{XzOptions, XzWriter};
use postern_codes::Format;
use sevenz_rust2::{ArchiveEntry, ArchiveWriter};

use crate::archives::{said, zip};
use crate::site::made_up;

/// A 7z archive with these members, each in a block of its own.
fn sevenz(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ArchiveWriter::new(Cursor::new(Vec::new())).unwrap();
    for (name, bytes) in members {
        writer.push_archive_entry(ArchiveEntry::new_file(name), Some(*bytes)).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut writer = XzWriter::new(Vec::new(), XzOptions::with_preset(0)).unwrap();
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut writer = BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn code(number: u64) -> Vec<u8> {
    format!("a line\n{}\n", made_up(Format::Standard, number)).into_bytes()
}

fn crc(bytes: &[u8]) -> [u8; 4] {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum().to_le_bytes()
}

/// The same archive, of which one byte of the header is another, with checksums that fit.
fn forged(mut archive: Vec<u8>, pattern: &[u8], byte: u8) -> Vec<u8> {
    let number =
        |at: usize| usize::try_from(u64::from_le_bytes(archive[at..at + 8].try_into().unwrap())).unwrap();
    let (from, to) = (32 + number(12), 32 + number(12) + number(20));
    let at = archive[from..to].windows(pattern.len()).rposition(|some| some == pattern).unwrap();
    archive[from + at + pattern.len()] = byte;
    let header = crc(&archive[from..to]);
    archive[28..32].copy_from_slice(&header);
    let start = crc(&archive[12..32]);
    archive[8..12].copy_from_slice(&start);
    archive
}

#[test]
fn members_are_found_nested_or_not() {
    let clean = |name: &str, bytes: &[u8], place: &str| {
        assert_eq!(said(name, bytes), (vec![place.to_owned()], Vec::new()), "{name}");
    };
    clean("a.7z", &sevenz(&[("one", b"nothing"), ("two/a.txt", &code(1))]), "two/a.txt:2:1");
    clean("a.txt.xz", &[xz(b"begin\n"), xz(&code(2))].concat(), "a.txt:3:1");
    clean("a.txt.bz2", &[bzip2(b"begin\n"), bzip2(&code(3))].concat(), "a.txt:3:1");
    let nested = zip(&[("inner.7z", &sevenz(&[("x.xz", &xz(&bzip2(&code(4))))]))]);
    clean("a.zip", &nested, "inner.7z!/x.xz!/x!/content:2:1");
}

#[test]
fn what_asks_for_too_much_memory_is_named_and_the_rest_is_read() {
    let archive = sevenz(&[("first", &code(1)), ("second", &code(2))]);
    // The properties of LZMA2 are one byte: 28 is 64 MiB, 40 is 4 GiB. The last block's is changed.
    let (places, troubles) = said("a.7z", &forged(archive.clone(), &[0x21, 0x21, 1], 40));
    assert_eq!(places, ["first:2:1"]);
    assert_eq!(troubles.len(), 1, "{troubles:?}");
    assert!(troubles[0].contains("block 2") && troubles[0].contains("MiB of memory"), "{troubles:?}");
    let (places, troubles) = said("a.7z", &forged(archive, &[0x21, 0x21, 1], 28));
    assert_eq!((places.len(), troubles.len()), (2, 0), "{troubles:?}");
    // Seven bytes under a dictionary of 256 MiB.
    let wide: Vec<u8> = [
        &b"\xfd7zXZ\0\0\x01\x69\x22\xde\x36\x02\0\x21\x01\x20\0\0\0\x09\x88\xa5\x76\x01\0\x06nothing\0"[..],
        b"\0\xd7\x8e\x29\x22\0\x01\x1b\x07\x12\xeb\xd4\x17\x90\x42\x99\x0d\x01\0\0\0\0\x01\x59\x5a",
    ]
    .concat();
    let (_, troubles) = said("a.xz", &wide);
    assert_eq!(troubles.len(), 1, "{troubles:?}");
    assert!(troubles[0].contains("memory"), "{troubles:?}");
}

/// One mebibyte more than a short file may unpack to: where it ends.
fn bomb(name: &str, pack: impl Fn(&[u8]) -> Vec<u8>) {
    let bomb = pack(&vec![b'0'; 65 << 20]);
    assert!(bomb.len() < 100 << 10, "{name} {}", bomb.len());
    let (places, troubles) = said(name, &bomb);
    assert_eq!((places.len(), troubles.len()), (0, 1), "{name} {troubles:?}");
    assert!(troubles[0].contains("unpacks to more"), "{troubles:?}");
}

#[test]
fn a_bomb_of_7z_ends_with_a_line() {
    bomb("a.7z", |zeros| sevenz(&[("zeros", zeros)]));
}

#[test]
fn a_bomb_of_xz_ends_with_a_line() {
    bomb("a.xz", xz);
}

#[test]
fn a_bomb_of_bzip2_ends_with_a_line() {
    bomb("a.bz2", bzip2);
}

#[test]
fn archives_cut_anywhere_give_lines_and_no_more() {
    let code = code(5);
    for (name, whole) in [("a.7z", sevenz(&[("x", &code)])), ("a.xz", xz(&code)), ("a.bz2", bzip2(&code))] {
        for length in (8..whole.len()).step_by(5) {
            let (_, troubles) = said(name, &whole[..length]);
            assert!(troubles.len() <= 2, "{name} {length} {troubles:?}");
            let mut other = whole.clone();
            other[length] ^= 0x41;
            let (_, troubles) = said(name, &other);
            assert!(troubles.len() <= 2, "{name} {length} {troubles:?}");
        }
    }
}
