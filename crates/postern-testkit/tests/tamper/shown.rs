//! The table for people, in `docs/campaigns.md`: made of the table that is gone, and held against it.

use std::path::{Path, PathBuf};

use crate::ground::Day;
use crate::seen_by;
use crate::ways::{self, Kept, Way};

/// Set, the document is written instead of compared.
const WRITE: &str = "POSTERN_MEND_LINKS";

fn document() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/campaigns.md")
}

/// What refuses a way or names it.
fn noticed(way: &Way) -> String {
    let start = (!way.start.is_empty()).then(|| format!("start and `doctor`: {}", way.start));
    let verify = (!way.verify.is_empty()).then(|| format!("`audit verify --replay`: {}", way.verify));
    let mended = (!way.mended.is_empty()).then(|| format!("made good: {}", way.mended));
    let forged = way.forged.then(|| "`log.forged` in the installation's log".to_owned());
    let kept = match way.kept {
        Kept::Nothing => None,
        Kept::Checkpoint => Some("whoever kept a later checkpoint: nothing continues it".to_owned()),
        Kept::Receipt => Some("whoever has the receipt: the log has no such event".to_owned()),
    };
    [start, verify, forged, mended, kept].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

const COLUMNS: [&str; 5] = [
    "",
    "what is done",
    "a good code of the subject meanwhile",
    "is refused or named by",
    "works until then",
];
/// The last column of the ways.
const SEEN_BY: &str = "seen by this control (out of the way in this case)";

/// The table of ways, with the control that sees each, or of controls that are out of the way themselves.
fn table(ways: &[Way], seen_by: bool) -> String {
    let last = seen_by.then_some(SEEN_BY);
    let line =
        |cells: &mut dyn Iterator<Item = &str>| format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "));
    let mut table = line(&mut COLUMNS.into_iter().chain(last)).replace("|  |", "| |");
    table.push_str(&format!("|{}\n", "---|".repeat(COLUMNS.len() + usize::from(seen_by))));
    for (n, way) in ways.iter().enumerate() {
        let where_ = if way.day == Day::Waiting { " (PostgreSQL)" } else { "" };
        let (number, done) = ((n + 1).to_string(), format!("{}{where_}", way.done));
        let (noticed, gains, seen) = (noticed(way), gains(way), seen_by.then(|| seen_by::shown(way)));
        let cells = [number.as_str(), &done, way.answer, &noticed, &gains];
        table.push_str(&line(&mut cells.into_iter().chain(seen.as_deref())));
    }
    table
}

fn gains(way: &Way) -> String {
    let on_server = way.gains_on_server.iter().map(|gain| format!("{gain} (PostgreSQL, while it runs)"));
    let gains: Vec<String> = way.gains.iter().map(|gain| (*gain).to_owned()).chain(on_server).collect();
    if gains.is_empty() { "nothing".to_owned() } else { gains.join(", ") }
}

#[test]
fn the_document_has_the_table() {
    let mut document_now = std::fs::read_to_string(document()).unwrap();
    for (name, ways) in [("ways", ways::all()), ("controls", ways::controls())] {
        let (begin, end) = (format!("<!-- tamper: {name} -->\n"), format!("<!-- tamper: {name}, end -->"));
        let from = document_now.find(&begin).expect("the place of the table") + begin.len();
        let until = document_now.find(&end).expect("the end of the table");
        document_now.replace_range(from..until, &format!("\n{}\n", table(&ways, name == "ways")));
    }
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(document(), &document_now).unwrap();
    }
    let written = std::fs::read_to_string(document()).unwrap();
    assert!(
        written == document_now,
        "docs/campaigns.md is not as the campaign has it: set {WRITE} to write it"
    );
}

/// Nothing is "not noticed": who cannot say what refuses a way or names it has found a defect.
#[test]
fn every_way_is_noticed_by_something_and_nothing_is_in_the_table_twice() {
    let ways: Vec<Way> = ways::all().into_iter().chain(ways::controls()).collect();
    assert!(ways.len() > 80, "{}", ways.len());
    let model = std::fs::read_to_string(document().with_file_name("threat-model.md")).unwrap();
    assert!(
        model.contains(&format!("{} ways to write", ways::all().len())),
        "the threat model has another number"
    );
    for way in &ways {
        assert!(!noticed(way).is_empty(), "{}", way.done);
        assert_eq!(ways.iter().filter(|other| other.done == way.done).count(), 1, "{}", way.done);
    }
}
