//! Trees and standard input, with what is hostile in them.

use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::symlink;

use postern_codes::Format;
use postern_scan::{input, trees};

use crate::site::{Heard, made_up, scanner};

#[test]
fn hidden_and_ignored_files_are_read_and_each_file_once() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at(".git/objects")).unwrap();
    fs::create_dir_all(at("notes/deep")).unwrap();
    fs::write(at(".gitignore"), "secret.txt\nnotes\n").unwrap();
    for (number, name) in [".git/objects/x", "secret.txt", "notes/deep/a.md", ".env"].into_iter().enumerate()
    {
        fs::write(at(name), made_up(Format::Standard, number as u64)).unwrap();
    }
    let heard = Heard::default();
    let totals = trees(&scanner(), &[folder.path().to_path_buf()], &|told| heard.hear(told));
    let (findings, troubles) = heard.end();
    assert_eq!((findings.len(), troubles.len(), totals.files), (4, 0, 5));
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_scanned() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    rustix::fs::mkfifoat(rustix::fs::CWD, at("pipe"), rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR)
        .unwrap();
    fs::create_dir(at("inner")).unwrap();
    symlink("..", at("inner/cycle")).unwrap();
    symlink("nowhere", at("dangling")).unwrap();
    fs::write(at("inner/found"), made_up(Format::Numeric, 1)).unwrap();
    let heard = Heard::default();
    let paths = [folder.path().to_path_buf(), at("absent")];
    trees(&scanner(), &paths, &|told| heard.hear(told));
    let (findings, troubles) = heard.end();
    assert_eq!(findings.len(), 1);
    let mut lines: Vec<String> = troubles.iter().map(ToString::to_string).collect();
    lines.sort();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("no regular file")), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("absent")), "{lines:?}");
}

#[test]
fn a_reader_that_fails_is_told_with_what_was_found_before() {
    /// Gives a code, then nothing but faults.
    struct Torn(Vec<u8>);
    impl Read for Torn {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                return Err(io::Error::other("torn"));
            }
            let read = self.0.len().min(room.len());
            room[..read].copy_from_slice(&self.0.drain(..read).collect::<Vec<u8>>());
            Ok(read)
        }
    }
    let mut text = made_up(Format::Standard, 1).into_bytes();
    text.resize(3 << 20, b'\n');
    let heard = Heard::default();
    let totals = input(&scanner(), "(stdin)", &mut Torn(text), &|told| heard.hear(told));
    let (findings, troubles) = heard.end();
    assert_eq!((findings.len(), troubles.len(), totals.bytes), (1, 1, 3 << 20));
    assert!(troubles[0].to_string().ends_with("torn"));
}
