//! The table for people, in `docs/campaigns.md`: made of the table that is gone, and held against it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::ground::Day;
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
    let kept = match way.kept {
        Kept::Nothing => None,
        Kept::Checkpoint => Some("whoever kept a later checkpoint: nothing continues it".to_owned()),
        Kept::Receipt => Some("whoever has the receipt: the log has no such event".to_owned()),
    };
    [start, verify, mended, kept].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn table(ways: &[Way]) -> String {
    let mut table = "| | what is done | a good code of the subject meanwhile | is refused or named by | works until then |\n\
                     |---|---|---|---|---|\n"
        .to_owned();
    for (n, way) in ways.iter().enumerate() {
        let (where_, gains) = (if way.day == Day::Waiting { " (PostgreSQL)" } else { "" }, gains(way));
        let (done, answer, noticed) = (way.done, way.answer, noticed(way));
        writeln!(table, "| {} | {done}{where_} | {answer} | {noticed} | {gains} |", n + 1).unwrap();
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
        document_now.replace_range(from..until, &format!("\n{}\n", table(&ways)));
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
    for way in &ways {
        assert!(!noticed(way).is_empty(), "{}", way.done);
        assert_eq!(ways.iter().filter(|other| other.done == way.done).count(), 1, "{}", way.done);
    }
}
