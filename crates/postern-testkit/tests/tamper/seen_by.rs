//! Which control sees a way, and which case shows that this control is needed: the words that the campaign asserts are each
//! one control's, and each control has a case in which it is out of the way.

use crate::ways::{self, Kept, Way};

/// A control, by the words before the colon of the case that takes it out of the way.
pub(crate) type Control = &'static str;

const ROW: Control = "the row's seal";
pub(crate) const PLACE: Control = "an event's one place";
const NUMBERS: Control = "the log's numbers";
const HEAD: Control = "the head's seal";
const CHECKPOINT: Control = "the checkpoint";
const ANCHOR: Control = "the anchor";
const MAC: Control = "an event's MAC";
const TREE: Control = "the tree";
const CLAIM: Control = "a place's seal";
pub(crate) const ENDED_SET: Control = "an ended set's seal";
pub(crate) const WAITING: Control = "a waiting event's MAC";

/// What the verification says, and whose words these are. What a row says of its places and its key is its seal's; what the
/// events say of a row and of what it took is theirs, and each has its one place; an event's columns are in what its MAC covers.
const VERIFICATION: [(&str, Option<Control>); 20] = [
    ("is not as it was written", Some(ROW)),
    ("its own key is missing", Some(ROW)),
    ("its own key is there again", Some(ROW)),
    ("a place that it names is not claimed", Some(ROW)),
    ("its owner does not name it", Some(ROW)),
    ("its events make", Some(PLACE)),
    ("its events have no row", Some(PLACE)),
    ("it is known, and has no events", Some(PLACE)),
    ("has version", Some(PLACE)),
    ("the place of an assertion that it used is missing", Some(PLACE)),
    ("the place under a cap that an application took for it is missing", Some(PLACE)),
    ("its seal is wrong", Some(CLAIM)),
    ("its MAC is wrong", Some(MAC)),
    ("its columns differ from what it says", Some(MAC)),
    ("expected, found event", Some(NUMBERS)),
    ("log head", Some(HEAD)),
    ("checkpoint", Some(CHECKPOINT)),
    ("the checkpoint covers", Some(CHECKPOINT)),
    ("root", Some(TREE)),
    // By whom, the way says: the sequencer looks at versions as well.
    ("was put aside", None),
];

/// The same of a start.
const START: [(&str, Option<Control>); 6] = [
    ("is not as it was written", Some(HEAD)),
    ("does not continue what its anchor knows", Some(ANCHOR)),
    ("another history", Some(ANCHOR)),
    ("there is no anchor", Some(ANCHOR)),
    ("is damaged", Some(ANCHOR)),
    ("does not belong to this data folder", Some(ROW)),
];

/// What makes a way good again.
const MENDED: [(&str, Option<Control>); 2] = [
    ("a start, or the next second, signs it anew", Some(CHECKPOINT)),
    ("a start has the anchor know today's logs again", Some(ANCHOR)),
];

/// Controls that see a way, in the order in which they come to speak.
pub(crate) fn controls(way: &Way) -> Vec<Control> {
    let said = [(way.start, START.as_slice()), (way.verify, &VERIFICATION), (way.mended, &MENDED)];
    let mut seen = Vec::new();
    for (words, whose) in said.into_iter().filter(|(words, _)| !words.is_empty()) {
        let known = whose.iter().find(|(known, _)| *known == words);
        seen.extend(known.unwrap_or_else(|| panic!("nobody says {words:?}")).1);
    }
    seen.extend(way.also);
    let mut once = Vec::new();
    for control in seen {
        if !once.contains(&control) {
            once.push(control);
        }
    }
    once
}

/// The case in which a control is out of the way: its number in the table.
fn case(control: Control) -> usize {
    let cases = ways::controls();
    let of = |way: &Way| way.done.split_once(':').is_some_and(|(words, _)| words == control);
    cases.iter().position(of).unwrap_or_else(|| panic!("no case takes {control} out of the way")) + 1
}

/// Controls with their cases, for the table.
pub(crate) fn shown(way: &Way) -> String {
    let here: Vec<String> =
        controls(way).into_iter().map(|control| format!("{control} ({})", case(control))).collect();
    match way.kept {
        Kept::Nothing => here.join(", "),
        Kept::Checkpoint => format!("none here; a checkpoint elsewhere, as in {}", case(ANCHOR)),
        Kept::Receipt => "none here; a receipt elsewhere".to_owned(),
    }
}

/// Every way is seen by a control that has a case, or by what somebody kept; and no case takes a control out of the way that
/// sees nothing.
#[test]
fn every_way_is_seen_by_a_control_that_is_taken_out_of_the_way_in_a_case() {
    let ways = ways::all();
    for way in &ways {
        assert!(!shown(way).is_empty(), "{}", way.done);
        assert_eq!(controls(way).is_empty(), way.kept != Kept::Nothing, "{}", way.done);
    }
    for case in ways::controls() {
        let (control, _) = case.done.split_once(':').unwrap();
        assert!(ways.iter().any(|way| controls(way).contains(&control)), "{control} sees nothing");
    }
}
