//! Archives, nested and hostile: what is in them is found, and none of them holds up the scan.

use std::fs;
use std::io::{Cursor, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use postern_codes::Format;
use postern_scan::{Finding, Trouble, trees};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::site::{Heard, made_up, scanner};

/// What is told of a file that holds these bytes.
pub(crate) fn told(name: &str, bytes: &[u8]) -> (Vec<Finding>, Vec<Trouble>) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), bytes).unwrap();
    let heard = Heard::default();
    trees(&scanner(), &[folder.path().to_path_buf()], &|told| heard.hear(told));
    // Nothing is ever laid down next to it.
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    heard.end()
}

/// The places inside the file, and the lines of trouble without the folder's name.
pub(crate) fn said(name: &str, bytes: &[u8]) -> (Vec<String>, Vec<String>) {
    let (findings, troubles) = told(name, bytes);
    let place = |finding: &Finding| {
        let place = &finding.place;
        format!("{}:{}:{}", place.origin.parts.join("!/"), place.line, place.column)
    };
    let line = |trouble: &Trouble| format!("{}: {}", trouble.origin.parts.join("!/"), trouble.why);
    (findings.iter().map(place).collect(), troubles.iter().map(line).collect())
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        // Past the crate's own checks: an attacker writes what he likes.
        header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        builder.append(&header, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

pub(crate) fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub(crate) fn zstandard(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

fn code() -> Vec<u8> {
    format!("a line\n{}\n", made_up(Format::Standard, 1)).into_bytes()
}

#[test]
fn members_are_opened_however_they_are_nested() {
    let code = code();
    let clean = |name: &str, bytes: &[u8], place: &str| {
        assert_eq!(said(name, bytes), (vec![place.to_owned()], Vec::new()), "{name}");
    };
    clean("a.txt.gz", &gzip(&code), "a.txt:2:1");
    clean("a.txt.zst", &zstandard(&code), "a.txt:2:1");
    clean("a.tar", &tar(&[("one", b""), ("two/a.txt", &code)]), "two/a.txt:2:1");
    clean("a.zip", &zip(&[("one", b""), ("two/a.txt", &code)]), "two/a.txt:2:1");
    let inner = zip(&[("deep.txt", &code)]);
    let nested = gzip(&tar(&[("inner.zip", &inner)]));
    clean("backup.tar.gz", &nested, "backup.tar!/inner.zip!/deep.txt:2:1");
    let nested = zip(&[("all.tgz", &gzip(&tar(&[("x", &zstandard(&code))])))]);
    clean("backup.zip", &nested, "all.tgz!/all!/x!/content:2:1");
}

#[test]
fn packed_parts_one_after_the_other_are_all_read() {
    let (first, second) = (made_up(Format::Standard, 1), made_up(Format::Standard, 2));
    let split = [&b"\n"[..], &first.as_bytes()[..9]].concat();
    let rest = [&first.as_bytes()[9..], b"\n", second.as_bytes()].concat();
    for (name, bytes) in [
        ("a.gz", [gzip(&split), gzip(&rest)].concat()),
        ("a.zst", [zstandard(&split), zstandard(&rest)].concat()),
    ] {
        assert_eq!(said(name, &bytes), (vec!["a:2:1".to_owned(), "a:3:1".to_owned()], Vec::new()), "{name}");
    }
}

#[test]
fn long_names_and_names_that_climb_are_shown_and_nothing_more() {
    let code = code();
    let (places, troubles) = said("a.tar", &tar(&[("../../climbs", &code), ("/etc/absolute", &code)]));
    assert_eq!(places, ["../../climbs:2:1", "/etc/absolute:2:1"]);
    assert!(troubles.is_empty());
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(code.len() as u64);
    header.set_mode(0o644);
    let long = "folder/".repeat(30) + "name";
    builder.append_data(&mut header, &long, code.as_slice()).unwrap();
    assert_eq!(said("a.tar", &builder.into_inner().unwrap()).0, [format!("{long}:2:1")]);
}

#[test]
fn a_bomb_ends_with_a_line_and_what_stands_beside_it_is_scanned() {
    // 256 MiB of nothing in 256 KiB of gzip.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let zeros = vec![b'0'; 1 << 20];
    (0..256).for_each(|_| encoder.write_all(&zeros).unwrap());
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 300 << 10);
    let (places, troubles) = said("bomb.gz", &bomb);
    assert_eq!((places.len(), troubles.len()), (0, 1), "{troubles:?}");
    assert!(troubles[0].contains("unpacks to more"), "{troubles:?}");
    let beside = tar(&[("first", &code()), ("bomb.gz", &bomb)]);
    let (places, troubles) = said("a.tar", &beside);
    assert_eq!((places.len(), troubles.len()), (1, 1), "{troubles:?}");
}

#[test]
fn what_is_nested_too_deep_is_named() {
    let mut nested = code();
    for _ in 0..8 {
        nested = gzip(&nested);
    }
    assert_eq!(said("a.gz", &nested).0.len(), 1);
    let (places, troubles) = said("a.gz", &gzip(&nested));
    // What is left packed may still show a code; nothing is opened below the eighth.
    assert!(places.iter().all(|place| place.matches("!/").count() < 8), "{places:?}");
    assert_eq!(troubles.len(), 1, "{troubles:?}");
    assert!(troubles[0].contains("nested"), "{troubles:?}");
}

#[test]
fn archives_that_are_cut_or_closed_are_named() {
    let code = code();
    let whole = gzip(&[code.as_slice(), &vec![7; 1 << 16]].concat());
    for (name, bytes) in [
        ("cut.gz", &whole[..whole.len() - 9]),
        ("cut.zip", &zip(&[("x", &code)])[..60]),
        ("cut.7z", b"7z\xbc\xaf\x27\x1c and more"),
        ("cut.xz", b"\xfd7zXZ\0 and more"),
        ("cut.bz2", b"BZh91AY&SY and more"),
        ("closed.rar", b"Rar!\x1a\x07\x01\0 and more"),
        // A frame whose window is 3 TiB long.
        ("window.zst", b"\x28\xb5\x2f\xfd\x00\xf8\x01\x00\x00"),
    ] {
        let (_, troubles) = said(name, bytes);
        // A member that is cut is named beside its archive.
        let lines = if name == "cut.zip" { 2 } else { 1 };
        assert_eq!(troubles.len(), lines, "{name} {troubles:?}");
    }
    // What came before the cut is found.
    assert_eq!(said("cut.gz", &whole[..whole.len() - 9]).0.len(), 1);
}

#[test]
fn a_line_of_trouble_quotes_nothing_of_the_content() {
    let code = made_up(Format::Standard, 7);
    let mut damaged = tar(&[("first", b"nothing"), ("second", b"nothing")]);
    damaged[1024..1524].copy_from_slice(&[b'x'; 500]);
    // Where the second header has its checksum.
    damaged[1024 + 148 - 34..1024 + 148].copy_from_slice(&code.as_bytes()[..34]);
    damaged[1024 + 148..1024 + 156].copy_from_slice(b" \nmycode");
    for (name, bytes) in [("damaged.tar", damaged.clone()), ("damaged.tgz", gzip(&damaged))] {
        let (_, troubles) = told(name, &bytes);
        assert_eq!(troubles.len(), 1, "{name} {troubles:?}");
        assert!(!troubles[0].why.contains("mycode") && !troubles[0].why.contains("xxx"), "{troubles:?}");
    }
}
