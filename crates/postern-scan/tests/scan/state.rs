//! Scans that are interrupted and go on: their report is whole, and what was read is not read again.

use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;

use postern_codes::{Format, Prefix};
use postern_scan::{Finding, Gauge, Scanner, State, StateError, Told, Totals, Walk, trees};

use crate::site::{Heard, made_up, scanner, scanner_for};

/// A folder of forty files with two codes each.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("data")).unwrap();
    for number in 0..40_u64 {
        let text = format!("{}\n\n{}", made_up(Format::Standard, number), made_up(Format::Compact, number));
        fs::write(folder.path().join(format!("data/{number}")), text).unwrap();
    }
    folder
}

/// Scans with a state; ends it when so many findings are heard. What was found, and bytes that were gone through.
fn scan(scanner: &Scanner, folder: &Path, until: usize) -> (Vec<Finding>, Totals) {
    let state = State::open(&folder.join("state"), scanner).unwrap();
    let (heard, gauge) = (Heard::default(), Gauge::default());
    let walk = Walk { threads: NonZeroUsize::new(1), state: Some(&state), gauge: Some(&gauge) };
    let count = std::sync::atomic::AtomicUsize::new(0);
    let totals = walk.over(scanner, &[folder.join("data")], &|told| {
        if matches!(told, Told::Found(_))
            && count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1 == until
        {
            gauge.stop();
        }
        heard.hear(told);
    });
    state.end().unwrap();
    (heard.end().0, totals)
}

fn whole(scanner: &Scanner, folder: &Path) -> Vec<Finding> {
    let heard = Heard::default();
    trees(scanner, &[folder.join("data")], &|told| heard.hear(told));
    heard.end().0
}

fn lines(folder: &Path) -> usize {
    fs::read_to_string(folder.join("state")).unwrap().lines().count()
}

#[test]
fn a_scan_that_was_ended_goes_on_and_its_report_is_whole() {
    let (folder, scanner) = (folder(), scanner());
    let (some, _) = scan(&scanner, folder.path(), 21);
    assert!(some.len() < 80);
    let done = lines(folder.path()) - 1;
    assert!((1..40).contains(&done), "{done}");
    let (all, totals) = scan(&scanner, folder.path(), usize::MAX);
    assert_eq!(all, whole(&scanner, folder.path()));
    assert_eq!((totals.files, lines(folder.path())), (40, 41));
    // And once more: everything is known, and nothing is read.
    let (again, _) = scan(&scanner, folder.path(), usize::MAX);
    assert_eq!((again, lines(folder.path())), (all, 41));
    let text = fs::read_to_string(folder.path().join("state")).unwrap();
    fs::write(folder.path().join("state"), text.replace("\"line\":3,", "\"line\":7777,")).unwrap();
    let (told, _) = scan(&scanner, folder.path(), usize::MAX);
    assert_eq!(told.iter().filter(|finding| finding.place.line == 7777).count(), 40);
}

#[test]
fn a_file_that_changed_is_read_again_and_one_that_went_is_not_told() {
    let (folder, scanner) = (folder(), scanner());
    scan(&scanner, folder.path(), usize::MAX);
    fs::write(folder.path().join("data/3"), made_up(Format::Numeric, 3)).unwrap();
    fs::remove_file(folder.path().join("data/4")).unwrap();
    let (all, _) = scan(&scanner, folder.path(), usize::MAX);
    assert_eq!(all, whole(&scanner, folder.path()));
    assert_eq!((all.len(), lines(folder.path())), (77, 42));
}

#[test]
fn a_state_holds_no_code_no_path_and_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, scanner) = (folder(), scanner());
    scan(&scanner, folder.path(), usize::MAX);
    let text = fs::read_to_string(folder.path().join("state")).unwrap();
    for number in 0..40 {
        let code = made_up(Format::Standard, number);
        assert!(!text.contains(&code["PSTN-".len().."PSTN-".len() + 5]));
    }
    assert!(!text.contains("data"));
    let mode = fs::metadata(folder.path().join("state")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_torn_line_is_dropped_and_what_is_no_state_is_refused() {
    let (folder, scanner) = (folder(), scanner());
    scan(&scanner, folder.path(), usize::MAX);
    let file = folder.path().join("state");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, &text[..text.len() - 7]).unwrap();
    let (all, _) = scan(&scanner, folder.path(), usize::MAX);
    assert_eq!((all, lines(folder.path())), (whole(&scanner, folder.path()), 41));
    let refused = |text: &str, scanner: &Scanner| {
        fs::write(&file, text).unwrap();
        let refused = State::open(&file, scanner).err().unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), text, "it is left as it is");
        refused
    };
    assert!(matches!(
        refused(&text, &scanner_for(&[Prefix::new("ACME").unwrap()])),
        StateError::OtherSettings
    ));
    assert!(matches!(refused("a note\nof mine\n", &scanner), StateError::Line(1)));
    assert!(matches!(refused("a note of mine", &scanner), StateError::Line(1)));
    assert!(matches!(refused(&text.replace("mark", "mork"), &scanner), StateError::Line(2)));
}

#[test]
fn what_could_not_be_read_to_its_end_is_named_again() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("data")).unwrap();
    fs::write(folder.path().join("data/packed.7z"), b"7z\xbc\xaf\x27\x1crest").unwrap();
    let scanner = scanner();
    for _ in 0..2 {
        let state = State::open(&folder.path().join("state"), &scanner).unwrap();
        let heard = Heard::default();
        let walk = Walk { state: Some(&state), ..Walk::default() };
        walk.over(&scanner, &[folder.path().join("data")], &|told| heard.hear(told));
        assert_eq!(heard.end().1.len(), 1);
    }
}

#[test]
fn two_scans_do_not_share_a_state() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state");
    let held = State::open(&file, &scanner()).unwrap();
    assert!(matches!(State::open(&file, &scanner()).err(), Some(StateError::InUse)));
    drop(held);
    State::open(&file, &scanner()).unwrap();
}

/// Also if two of the paths lead to a file, and two threads read it beside each other.
#[test]
fn a_file_that_is_named_twice_is_found_again() {
    let (folder, scanner) = (tempfile::tempdir().unwrap(), scanner());
    let file = folder.path().join("data");
    // Long enough that both are at it when the first is done.
    let code = |number| made_up(Format::Standard, number);
    fs::write(&file, format!("{}{}{}", code(1), "\n".repeat(4 << 20), code(2))).unwrap();
    for _ in 0..3 {
        let state = State::open(&folder.path().join("state"), &scanner).unwrap();
        let heard = Heard::default();
        let walk = Walk { threads: NonZeroUsize::new(2), state: Some(&state), gauge: None };
        walk.over(&scanner, &[file.clone(), file.clone()], &|told| heard.hear(told));
        state.end().unwrap();
        assert_eq!(heard.end().0.len(), 4);
    }
}
