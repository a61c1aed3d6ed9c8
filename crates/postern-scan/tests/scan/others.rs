//! Sets of other providers: what is around them and in them decides.

use postern_corpus::Dice;
use postern_corpus::negatives::{KINDS, list};
use postern_scan::Confidence::{self, Certain, Likely, Possible};

use crate::site::{found_by, found_in, scanner, unsure_scanner};

const DIGITS: &str = "0123456789";

/// So many random numbers of eight digits, a line each.
fn numbers(count: usize) -> String {
    let mut dice = Dice::new(8);
    (0..count).map(|_| dice.word(DIGITS, 8) + "\n").collect()
}

fn surest(name: &str, text: &str) -> Option<Confidence> {
    found_in(&scanner(), name, text.as_bytes()).iter().map(|finding| finding.confidence).max()
}

#[test]
fn words_names_of_files_and_the_number_make_a_set_surer() {
    let ten = numbers(10);
    assert_eq!(surest("text", &ten), Some(Possible));
    assert_eq!(surest("text", &format!("backup codes\n{ten}")), Some(Likely));
    assert_eq!(surest("text", &format!("gmail backup codes\n{ten}")), Some(Certain));
    assert_eq!(surest("my-recovery-codes.txt", &ten), Some(Likely));
    assert_eq!(surest("folder/Backup-codes-someone.txt", &ten), Some(Certain));
    assert_eq!(surest("text", &numbers(13)), None);
    assert_eq!(surest("text", &format!("backup codes\n{}", numbers(2))), None);
    assert_eq!(surest("text", &format!("order numbers\n{ten}")), None);
}

#[test]
fn words_far_away_say_nothing() {
    let ten = numbers(10);
    assert_eq!(surest("text", &format!("backup codes\n{}\n{ten}", ".".repeat(300))), Some(Likely));
    assert_eq!(surest("text", &format!("backup codes\n{}\n{ten}", ".".repeat(500))), Some(Possible));
}

#[test]
fn a_repeated_code_is_no_sibling_and_what_is_joined_is_no_code() {
    let one = numbers(1);
    assert_eq!(surest("text", &format!("backup codes\n{}", one.repeat(8))), None);
    for joint in ["id-", "#", "+49 ", "a", "/", "1.", "$"] {
        let joined: String = numbers(10).lines().map(|line| format!("{joint}{line}\n")).collect();
        assert_eq!(surest("text", &format!("backup codes\n{joined}")), None, "{joint}");
    }
}

#[test]
fn codes_without_a_digit_are_taken_with_their_list() {
    let list = "kratos recovery codes\nk3m9x0qa\nabcdxyzw\nq9z8y1mm\n04kfs8w2\nqwertzui\nb7n5v3xz\n";
    assert_eq!(found_by(&scanner(), list.as_bytes()).len(), 6);
    let prose = "kratos recovery codes k3m9x0qa and passwords q9z8y1mm 04kfs8w2 absolute b7n5v3xz";
    assert_eq!(found_by(&scanner(), prose.as_bytes()).len(), 4);
}

#[test]
fn a_set_is_found_wherever_the_window_ends() {
    let text = format!("\ngmail backup codes\n{}", numbers(10));
    let end = (1 << 20) + (16 << 10);
    for before in [end - 120, end - 60, end - 20, end] {
        let text = format!("{}{text}{}", ".".repeat(before), ".".repeat(1 << 16));
        let found = found_by(&scanner(), text.as_bytes());
        assert_eq!(found.len(), 10, "{before}");
        assert!(found.iter().all(|finding| finding.confidence == Certain), "{before}");
    }
}

#[test]
fn lists_of_something_else_are_never_certain() {
    let (scanner, mut dice) = (unsure_scanner(), Dice::new(70));
    for kind in KINDS {
        for _ in 0..40 {
            let text = list(&mut dice, kind);
            let found = found_by(&scanner, text.as_bytes());
            assert!(found.iter().all(|finding| finding.confidence < Certain), "{}", kind.name);
        }
    }
}
