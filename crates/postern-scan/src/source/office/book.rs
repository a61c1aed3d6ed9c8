//! What a workbook keeps apart from its sheets: their titles, and the strings of their cells.

use std::collections::HashMap;
use std::io::{Read, Seek};
use std::rc::Rc;

use quick_xml::events::Event;
use zip::ZipArchive;

use super::guard::Events;
use super::strings::Strings;
use super::text::{Text, attribute};
use crate::source::budget::Budget;

/// The member with the strings.
pub(super) const STRINGS: &str = "xl/sharedStrings.xml";
/// The member with the titles, and the one that says which sheet has which.
const TITLES: [&str; 2] = ["xl/workbook.xml", "xl/_rels/workbook.xml.rels"];
/// The most sheets whose title is remembered.
const SHEETS: usize = 10_000;

/// What belongs to the sheets of one document. Empty if it is no workbook.
pub(super) struct Book {
    titles: HashMap<String, Rc<str>>,
    strings: Option<Strings>,
}

impl Book {
    /// Reads what there is. What cannot be read is read again, and told, with the other members.
    pub(super) fn read<R: Read + Seek>(archive: &mut ZipArchive<R>, budget: &Budget) -> Self {
        let [titles, relations] = TITLES;
        let by_title = pairs(archive, budget, titles, ["sheet", "id", "name"]);
        let by_target = pairs(archive, budget, relations, ["Relationship", "Id", "Target"]);
        let member = |target: &String| match target.strip_prefix('/') {
            Some(absolute) => absolute.to_owned(),
            None => format!("xl/{target}"),
        };
        let titles = by_target
            .iter()
            .filter_map(|(id, target)| Some((member(target), Rc::from(by_title.get(id)?.as_str()))))
            .collect();
        let strings = archive.by_name(STRINGS).ok();
        let strings = strings.and_then(|member| Strings::read(Text::of(budget.unpacked(member), None)).ok());
        Self { titles, strings }
    }

    /// The title of the sheet in a member.
    pub(super) fn title(&self, member: &str) -> Option<Rc<str>> {
        self.titles.get(member).cloned()
    }

    /// Whether a member is held here, so that its text is read with the cells.
    pub(super) fn is_held(&self, member: &str) -> bool {
        member == STRINGS && self.strings.is_some()
    }

    /// Strings that cells number.
    pub(super) fn strings(&self) -> Option<&Strings> {
        self.strings.as_ref()
    }
}

/// From all elements of a name in a member: one attribute, by another.
fn pairs<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    budget: &Budget,
    member: &str,
    [element, key, value]: [&str; 3],
) -> HashMap<String, String> {
    let mut pairs = HashMap::new();
    let Ok(source) = archive.by_name(member) else { return pairs };
    let mut events = Events::of(budget.unpacked(source));
    while let Ok(event) = events.next() {
        match event {
            Event::Start(start) if start.local_name().into_inner() == element => {
                if let (Some(key), Some(value)) = (attribute(&start, key), attribute(&start, value)) {
                    pairs.insert(key, value.chars().take(255).collect());
                }
            }
            Event::Eof => break,
            _ => {}
        }
        if pairs.len() == SHEETS {
            break;
        }
    }
    pairs
}
