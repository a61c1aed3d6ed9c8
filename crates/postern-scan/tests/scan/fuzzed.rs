//! Everything in the fuzzers' corpora goes through the same functions again, whole and cut anywhere, without a fuzzer.

use std::fs;
use std::path::Path;

use postern_scan::fuzzed::TARGETS;

#[test]
fn every_reader_holds_on_its_whole_corpus() {
    for (name, target) in TARGETS {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(name);
        let files: Vec<_> = fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!((1..=200).contains(&files.len()), "{name} has {} files", files.len());
        for file in files {
            let bytes = fs::read(&file).unwrap();
            assert!(bytes.len() <= 4096, "{} is too long to be kept", file.display());
            (0..=bytes.len()).for_each(|end| target(&bytes[..end]));
        }
    }
}
