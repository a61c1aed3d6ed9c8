//! Everything in the fuzzers' corpora goes through the same functions again, without a fuzzer.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may")]

mod whole;

use std::collections::BTreeSet;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use postern_testkit::fuzzed::{self, TARGETS, Target};

use whole::WHOLE;

/// Every target, with the readers alone and with the whole product, and those of the scanner.
fn all() -> impl Iterator<Item = (&'static str, Target)> {
    TARGETS.into_iter().chain(WHOLE).chain(postern_scan::fuzzed::TARGETS)
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz").join(name)
}

/// What is in a folder, by name.
fn names(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|fault| panic!("{}: {fault}", folder.display()));
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn every_target_holds_on_its_whole_corpus() {
    let holds = |name: &str, target: Target| catch_unwind(|| replay(name, target)).is_ok();
    let broken: Vec<_> = all().filter(|(name, target)| !holds(name, *target)).map(|(name, _)| name).collect();
    assert!(broken.is_empty(), "{broken:?}: what is broken stands above");
}

fn replay(name: &str, target: Target) {
    let corpus = folder("corpus").join(name);
    let files = names(&corpus);
    assert!((1..=200).contains(&files.len()), "{name} has {} files", files.len());
    for file in files {
        let bytes = std::fs::read(corpus.join(&file)).unwrap();
        assert!(bytes.len() <= 4096, "{name}/{file} is too long to be kept");
        // Whole, and cut anywhere: a fuzzer's first steps, taken on every run.
        (0..=bytes.len()).for_each(|end| target(bytes.get(..end).unwrap()));
    }
}

#[test]
fn there_is_a_binary_and_a_corpus_for_every_target_and_no_other() {
    let targets: BTreeSet<String> = all().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(names(&folder("corpus")), targets);
    let binaries =
        names(&folder("targets")).into_iter().filter_map(|file| file.strip_suffix(".rs").map(str::to_owned));
    assert_eq!(binaries.filter(|name| name != "lib").collect::<BTreeSet<_>>(), targets);
}

#[test]
fn a_bundle_in_the_corpus_is_read() {
    let bytes = std::fs::read(folder("corpus/bundle/three")).unwrap();
    assert_eq!(postern_log::unbundle(&bytes).unwrap().len(), 3);
}
