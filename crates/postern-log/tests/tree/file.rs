//! Proof files: written as c2sp.org/tlog-proof says, and refused if anything in them is another's.

use postern_log::{
    CheckpointError, ConsistencyFile, ProofFile, ProofFileError, consistency_proof, inclusion_proof,
};
use proptest::prelude::*;

use super::{Naive, checkpoint, event, leaves, signed, verifier};

fn proof(index: u64, size: u64) -> ProofFile {
    let path = inclusion_proof(&Naive(leaves(size)), index, size).unwrap();
    ProofFile { index, event: event(index), path, note: signed(&checkpoint(size)) }
}

#[test]
fn a_proof_is_text_that_checks_by_itself() {
    let text = proof(2, 3).to_string();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[..3], ["c2sp.org/tlog-proof@v1", "extra eyJuIjoyfQ==", "index 2"]);
    assert_eq!((lines[4], lines[5], lines[6]), ("", super::ORIGIN, "3"));
    assert!(text.ends_with('\n'));
    let read = ProofFile::parse(&text).unwrap();
    assert_eq!((&read, read.check(&verifier())), (&proof(2, 3), Ok(checkpoint(3))));
    assert_eq!(proof(0, 1).check(&verifier()), Ok(checkpoint(1)));
}

#[test]
fn other_events_indexes_paths_and_checkpoints_are_refused() {
    let whole = proof(5, 9);
    let not_included = Err(ProofFileError::NotIncluded { index: 5, size: 9 });
    assert_eq!(ProofFile { event: event(6), ..whole.clone() }.check(&verifier()), not_included);
    assert_eq!(ProofFile { path: proof(6, 9).path, ..whole.clone() }.check(&verifier()), not_included);
    assert!(ProofFile { index: 6, ..whole.clone() }.check(&verifier()).is_err());
    let older = ProofFile { note: signed(&checkpoint(8)), ..whole.clone() };
    assert_eq!(older.check(&verifier()), Err(ProofFileError::NotIncluded { index: 5, size: 8 }));
    let unsigned = whole.note.replace("\n9\n", "\n8\n");
    let forged = ProofFile { note: unsigned, ..whole.clone() }.check(&verifier());
    assert_eq!(forged, Err(ProofFileError::Checkpoint(CheckpointError::Signature)));
    let stranger = postern_log::verifier_key(super::ORIGIN, &[3; 32]);
    assert!(matches!(whole.check(&stranger), Err(ProofFileError::Checkpoint(_))));
    assert!(matches!(whole.check(""), Err(ProofFileError::Checkpoint(CheckpointError::Key))));
}

#[test]
fn a_proof_that_a_log_goes_on_is_text_that_checks_by_itself() {
    let proof = consistency_proof(&Naive(leaves(9)), 3, 9).unwrap();
    let whole = ConsistencyFile { earlier: 3, proof, note: signed(&checkpoint(9)) };
    let text = whole.to_string();
    let read = ConsistencyFile::parse(&text).unwrap();
    assert_eq!((&read, read.check(&verifier(), checkpoint(3).root)), (&whole, Ok(checkpoint(9))));
    let other = whole.check(&verifier(), checkpoint(4).root);
    assert_eq!(other, Err(ProofFileError::NotContinued { earlier: 3, size: 9 }));
    // One text stands for one proof.
    for odd in ["old 03\n", "old +3\n", "old  3\n", "new 3\n", "3\n"] {
        let odd = text.replacen("old 3\n", odd, 1);
        assert_eq!(ConsistencyFile::parse(&odd), Err(ProofFileError::Format), "{odd}");
    }
}

#[test]
fn texts_that_are_no_proof_are_refused() {
    let text = proof(2, 3).to_string();
    let without = text.replacen("extra eyJuIjoyfQ==\n", "", 1);
    assert_eq!(ProofFile::parse(&without), Err(ProofFileError::NoEvent));
    for other in [
        text.replacen("@v1", "@v2", 1),
        text.replacen("index 2", "index 02", 1),
        text.replacen("index 2", "index +2", 1),
        text.replacen("index 2", "index 18446744073709551616", 1),
        text.replacen("extra eyJuIjoyfQ==", "extra eyJuIjoyfQ", 1),
        text.replacen("index 2\n", "index 2\nAAAA\n", 1),
        text.replace('\n', "\r\n"),
        text.lines().next().unwrap().to_owned(),
        String::new(),
    ] {
        assert_eq!(ProofFile::parse(&other), Err(ProofFileError::Format), "{other}");
    }
}

proptest! {
    #[test]
    fn a_proof_with_any_edit_never_says_anything_else(at in any::<prop::sample::Index>(), with in "[ -~\n]{0,2}") {
        let text: Vec<char> = proof(3, 7).to_string().chars().collect();
        let at = at.index(text.len());
        let edited: String = text[..at].iter().copied().chain(with.chars()).chain(text[at + 1..].iter().copied()).collect();
        if let Ok(read) = ProofFile::parse(&edited) && let Ok(opened) = read.check(&verifier()) {
            prop_assert_eq!((read.index, read.event, opened), (3, event(3), checkpoint(7)));
        }
    }
}
