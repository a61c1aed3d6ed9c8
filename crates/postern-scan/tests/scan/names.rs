//! Codes in the names of files, folders, members and paths of git: found there, and told nowhere.

use std::fs;
use std::path::Path;

use postern_codes::Format;
use postern_scan::{Finding, Gauge, Origin, State, Totals, Trouble, Walk, git, input};

use crate::archives::zip;
use crate::git::Repository;
use crate::site::{Heard, made_up, scanner};

/// Names that are codes, and one code that is no name.
fn codes() -> Vec<String> {
    (0..6).map(|number| made_up(Format::Standard, number)).collect()
}

/// An archive with a member that is called like a code and cannot be opened.
fn archive(codes: &[String]) -> Vec<u8> {
    zip(&[(&format!("kept/{}.zip", codes[3]), b"PK\x03\x04 and no archive")])
}

/// A folder and a file in it that are called like codes, and an archive.
fn named_like_codes(folder: &Path, codes: &[String]) {
    let inside = folder.join(&codes[0]);
    fs::create_dir(&inside).unwrap();
    fs::write(inside.join(format!("{}.txt", codes[1])), format!("mine: {}\n", codes[2])).unwrap();
    fs::write(inside.join("all.zip"), archive(codes)).unwrap();
}

/// No code in what was told: not in a name, not in a reason.
fn told_without(codes: &[String], (findings, troubles): &(Vec<Finding>, Vec<Trouble>)) {
    let told = format!("{findings:?} {troubles:?}");
    without(codes, &told);
    assert!(told.contains("PS…"), "{told}");
}

fn without(codes: &[String], text: &str) {
    codes.iter().for_each(|code| assert!(!text.contains(&code["PSTN-".len()..]), "{text}"));
}

fn in_names(findings: &[Finding]) -> usize {
    findings.iter().filter(|found| found.place.origin.name() == "its name").count()
}

#[test]
fn a_code_in_a_name_is_found_and_not_shown() {
    let (folder, codes, scanner) = (tempfile::tempdir().unwrap(), codes(), scanner());
    named_like_codes(folder.path(), &codes);
    let kept = tempfile::NamedTempFile::new().unwrap();
    // The second time it is told what the state has of them.
    for _ in 0..2 {
        let (heard, state) = (Heard::default(), State::open(kept.path(), &scanner).unwrap());
        let walk = Walk { state: Some(&state), ..Walk::default() };
        walk.over(&scanner, &[folder.path().to_path_buf()], &|told| heard.hear(told));
        state.end().unwrap();
        let told = heard.end();
        assert_eq!((told.0.len(), in_names(&told.0), told.1.len()), (4, 3, 1), "{told:?}");
        told_without(&codes, &told);
        without(&codes, &fs::read_to_string(kept.path()).unwrap());
    }
}

#[test]
fn nor_in_an_archive_that_comes_in() {
    let (codes, heard) = (codes(), Heard::default());
    let totals = input(&scanner(), "(stdin)", &mut &*archive(&codes), &|told| heard.hear(told));
    let told = heard.end();
    assert_eq!((totals.files, in_names(&told.0), told.1.len()), (1, 1, 1), "{told:?}");
    told_without(&codes, &told);
}

#[test]
fn nor_in_the_history_of_git() {
    let (codes, heard) = (codes(), Heard::default());
    let repository = Repository::new(&[]);
    repository.write(&format!("{}/{}.txt", codes[0], codes[1]), &codes[2]);
    repository.commit("first");
    let totals: Totals = git(&scanner(), repository.path(), &Gauge::default(), &|told| heard.hear(told));
    let told = heard.end();
    assert_eq!((totals.files, told.0.len(), in_names(&told.0)), (2, 3, 2), "{told:?}");
    told_without(&codes, &told);
}

#[test]
fn a_name_that_chance_makes_is_told_of_nowhere_and_shown_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["PSTN-00000.txt", "2026-11-28.log", "a3f81b22c0de.o", "CVG87-KK9E7.md"] {
        fs::write(folder.path().join(name), "").unwrap();
    }
    let heard = Heard::default();
    Walk::default().over(&scanner(), &[folder.path().to_path_buf()], &|told| heard.hear(told));
    assert_eq!(heard.end().0, []);
}

#[test]
fn a_name_is_not_told_at_any_length_and_all_of_it_is_read() {
    let code = made_up(Format::Standard, 1);
    let name = format!("{}/{code}.txt", "x".repeat(60_000));
    let heard = Heard::default();
    input(&scanner(), "(stdin)", &mut &*zip(&[(&name, code.as_bytes())]), &|told| heard.hear(told));
    let (findings, troubles) = heard.end();
    assert_eq!((findings.len(), in_names(&findings), troubles.len()), (2, 1, 0), "{findings:?}");
    for finding in findings {
        assert!(finding.place.to_string().len() < 5_000, "{}", finding.place);
    }
    assert!(Origin::of("é".repeat(9_000)).path.len() < 5_000);
}
