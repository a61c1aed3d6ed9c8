//! Everything in the fuzzers' corpora goes through the same functions again, whole, cut anywhere and changed at random,
//! without a fuzzer.

use std::fs;
use std::path::Path;

use postern_scan::fuzzed::TARGETS;

use postern_corpus::Dice;

/// How many changed inputs each reader is given.
const CHANGED: usize = 2_000;

/// What changes put in.
const WORDS: [&[u8]; 24] = [
    b"\"",
    b"\\",
    b"\\u0041",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"<",
    b">",
    b"</",
    b"/>",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"-->",
    b"&amp;",
    b"&#65;",
    b"\"text\":",
    b"=\r\n",
    b"<br>",
    b"\0",
    b"\xff",
];

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(name);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!((1..=200).contains(&files.len()), "{name} has {} files", files.len());
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

#[test]
fn every_reader_holds_on_its_whole_corpus() {
    for (name, target) in TARGETS {
        for bytes in corpus(name) {
            assert!(bytes.len() <= 4096, "{name} has a file that is too long to be kept");
            (0..=bytes.len()).for_each(|end| target(&bytes[..end]));
        }
    }
}

#[test]
fn every_reader_holds_on_what_was_changed_at_random() {
    for (name, target) in TARGETS {
        let (corpus, mut dice) = (corpus(name), Dice::new(70));
        for _ in 0..CHANGED {
            let mut bytes = corpus[dice.below(corpus.len())].clone();
            (0..=dice.below(8)).for_each(|_| change(&mut bytes, &mut dice));
            target(&bytes);
        }
    }
}

/// A word put in, some bytes taken out, or one made another.
fn change(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let at = dice.below(bytes.len() + 1);
    match dice.below(3) {
        0 => {
            let word = WORDS[dice.below(WORDS.len())];
            bytes.splice(at..at, word.iter().copied());
        }
        1 => {
            let end = bytes.len().min(at + dice.below(16));
            bytes.drain(at..end);
        }
        _ => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = u8::try_from(dice.below(256)).unwrap();
            }
        }
    }
}
