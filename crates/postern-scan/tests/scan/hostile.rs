//! Content that changes while it is read, and a line without an end.

use std::fs::OpenOptions;
use std::io::{self, Read as _};

use postern_codes::Format;
use postern_scan::{Told, input, trees};

use crate::archives::zip;
use crate::site::{Heard, made_up, scanner};
use postern_corpus::Dice;

/// Scans a file that is cut to that length as soon as something is found in it.
fn cut_at_first_sight(bytes: &[u8], length: u64) -> (usize, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, bytes).unwrap();
    let heard = Heard::default();
    trees(&scanner(), std::slice::from_ref(&path), &|told| {
        if matches!(told, Told::Found(_)) {
            OpenOptions::new().write(true).open(&path).unwrap().set_len(length).unwrap();
        }
        heard.hear(told);
    });
    let (findings, troubles) = heard.end();
    (findings.len(), troubles.into_iter().map(|trouble| trouble.why).collect())
}

#[test]
fn a_file_that_shrinks_is_read_as_far_as_it_is_there() {
    let mut text = made_up(Format::Standard, 1).into_bytes();
    text.resize(8 << 20, b'\n');
    text.extend_from_slice(made_up(Format::Standard, 2).as_bytes());
    assert_eq!(cut_at_first_sight(&text, 1 << 20), (1, Vec::new()));
    // Noise does not pack: the second member lies far behind what was read ahead.
    let mut dice = Dice::new(6);
    let noise: Vec<u8> = (0..1 << 20).map(|_| dice.byte()).collect();
    let (first, last) = (made_up(Format::Standard, 3), made_up(Format::Standard, 4));
    let archive = zip(&[("first", first.as_bytes()), ("noise", &noise), ("last", last.as_bytes())]);
    let (findings, troubles) = cut_at_first_sight(&archive, 64 << 10);
    assert_eq!(findings, 1);
    assert!((1..=3).contains(&troubles.len()), "{troubles:?}");
}

#[test]
fn a_line_of_two_gibibytes_is_read_to_its_end() {
    let code = format!(" {}", made_up(Format::Standard, 5));
    let mut line = io::repeat(b'x').take(2 << 30).chain(code.as_bytes());
    let heard = Heard::default();
    input(&scanner(), "(stdin)", &mut line, &|told| heard.hear(told));
    let (findings, troubles) = heard.end();
    assert_eq!((findings.len(), troubles.len()), (1, 0));
    assert_eq!(findings[0].place.line, 1);
}
