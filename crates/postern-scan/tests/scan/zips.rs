//! Zip archives: what their directory does not name is looked through too.

use postern_codes::Format;

use crate::archives::{said, zip};
use crate::site::made_up;

fn code(number: u64) -> Vec<u8> {
    made_up(Format::Standard, number).into_bytes()
}

/// Text that packs, with a code in it.
fn packed(number: u64) -> Vec<u8> {
    ["notes ".repeat(20).into_bytes(), b"\n".to_vec(), code(number)].concat()
}

fn clean(bytes: &[u8], places: &[&str]) {
    let (found, troubles) = said("a.zip", bytes);
    assert_eq!((found.iter().map(String::as_str).collect::<Vec<_>>(), troubles), (places.to_vec(), vec![]));
}

/// An archive in which each of these bytes is another, at every place.
fn changed(archive: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut changed = archive.to_vec();
    for at in 0..=changed.len() - from.len() {
        if changed[at..].starts_with(from) {
            changed[at..at + to.len()].copy_from_slice(to);
        }
    }
    changed
}

#[test]
fn two_members_of_one_name_are_both_read() {
    let archive = zip(&[("same-1", &packed(1)), ("same-2", &packed(2))]);
    let twice = changed(&archive, b"same-2", b"same-1");
    clean(&twice, &["outside of its directory!/same-1:2:1", "same-1:2:1"]);
}

#[test]
fn a_folder_that_has_content_is_read() {
    let archive = zip(&[("folder-", &packed(1))]);
    clean(&changed(&archive, b"folder-", b"folder/"), &["folder/:2:1"]);
}

#[test]
fn comments_are_read() {
    let mut archive = zip(&[("nothing", b"nothing")]);
    let length = archive.len();
    archive[length - 2] = u8::try_from(code(1).len()).unwrap();
    archive.extend(code(1));
    clean(&archive, &["its comment:1:1"]);
    // That of a member stands behind its name in the directory.
    let mut archive = zip(&[("nothing", b"nothing")]);
    let entry = archive.windows(4).position(|some| some == b"PK\x01\x02").unwrap();
    let long = code(1).len();
    archive[entry + 32] = u8::try_from(long).unwrap();
    let behind = archive.len() - 22;
    archive.splice(behind..behind, code(1));
    let end = archive.len() - 22;
    archive[end + 12] += u8::try_from(long).unwrap();
    clean(&archive, &["nothing!/its comment:1:1"]);
}

#[test]
fn what_stands_in_front_and_behind_is_read() {
    let (first, second) = (zip(&[("first", &packed(1))]), zip(&[("second", &packed(2))]));
    clean(&[first.as_slice(), &second].concat(), &["outside of its directory!/first:2:1", "second:2:1"]);
    clean(
        &[second.as_slice(), b"\nand more than one line:\n", &code(3)].concat(),
        &["outside of its directory:3:1", "second:2:1"],
    );
}

#[test]
fn an_archive_that_unpacks_itself_is_opened() {
    let archive = zip(&[("first", &packed(1))]);
    for program in [&b"#!/bin/sh\nexec x\n"[..], b"MZ\x90\0\x03\0\0\0", b"\x7fELF\x02\x01\x01\0"] {
        clean(&[program, &archive].concat(), &["first:2:1"]);
        clean(&zip(&[("a.exe", &[program, &archive].concat())]), &["a.exe!/first:2:1"]);
        let plain = [program, b"\n", &code(1)].concat();
        assert_eq!(said("plain", &plain).0.len(), 1);
    }
}

#[test]
fn what_has_no_directory_is_read_member_by_member() {
    let archive = zip(&[("first", &packed(1)), ("second", &packed(2))]);
    let end = archive.windows(4).position(|some| some == b"PK\x01\x02").unwrap();
    let (places, troubles) = said("a.zip", &archive[..end]);
    assert_eq!(places, ["first:2:1", "second:2:1"]);
    assert_eq!(troubles.len(), 1, "{troubles:?}");
    // And what is none at all, as it stands.
    let (places, troubles) = said("a.zip", &[&b"PK\x03\x04 and a text:\n"[..], &code(1)].concat());
    assert_eq!((places, troubles.len()), (vec![":2:1".to_owned()], 1));
    let (places, troubles) = said("a.7z", &[&b"7z\xbc\xaf\x27\x1c and a text:\n"[..], &code(1)].concat());
    assert_eq!((places, troubles.len()), (vec![":2:1".to_owned()], 1));
}

#[test]
fn what_was_held_before_a_fault_is_read() {
    let mut inner = zip(&[("first", b"nothing")]);
    inner.extend(code(1));
    inner.resize(1 << 20, 7);
    let outer = crate::archives::gzip(&inner);
    let (places, troubles) = said("a.zip.gz", &outer[..outer.len() - 9]);
    assert_eq!((places.len(), troubles.len()), (1, 1), "{troubles:?}");
}
