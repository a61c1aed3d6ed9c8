//! What readers of exports build while they read: the text of values, and which record each byte is in. Both forget
//! what lies before the window.

use std::rc::Rc;

use super::known::Known;
use super::text::Text;
use crate::decode::View;
use crate::record::{Level, Record};

/// The deepest that an export is nested.
pub(super) const DEEPEST: usize = 128;
/// The most begins and ends of records in one window. More have no findings worth a name.
const MARKS: usize = 1 << 17;

/// An object or an element that is open.
struct Open {
    name: Option<&'static str>,
    /// If it is a record: the innermost one before.
    before: Option<Option<Rc<Record>>>,
}

/// What was built of what was read so far.
pub(super) struct Build {
    known: &'static Known,
    /// Text of values on their own.
    pub(super) values: Text,
    /// Text in pieces that belong together.
    pub(super) pieces: Text,
    open: Vec<Open>,
    innermost: Option<Rc<Record>>,
    /// How many records of each level began inside the ones around them.
    counts: Vec<u64>,
    /// Where another record becomes the innermost.
    marks: Vec<(u64, Option<Rc<Record>>)>,
}

impl Build {
    pub(super) fn of(known: &'static Known) -> Self {
        Self {
            known,
            values: Text::new(),
            pieces: Text::new(),
            open: Vec::new(),
            innermost: None,
            counts: vec![0; known.levels.len()],
            marks: Vec::new(),
        }
    }

    /// What it is an export of.
    pub(super) fn known(&self) -> &'static Known {
        self.known
    }

    /// An object or an element begins. Says whether it is a record.
    pub(super) fn open(&mut self, at: u64, name: Option<&'static str>) -> bool {
        let level = name.and_then(|name| self.known.level(name));
        let record = level.map(|(place, level)| self.record(place, level));
        let before = record.map(|record| self.innermost.replace(record));
        let is_record = before.is_some();
        self.open.push(Open { name, before });
        if is_record {
            self.mark(at);
        }
        is_record
    }

    /// The innermost object or element, whose name this gives, ends at this place.
    pub(super) fn close(&mut self, at: u64) -> Option<&'static str> {
        let Open { name, before } = self.open.pop()?;
        if let Some(before) = before {
            self.innermost.iter().for_each(|record| record.end());
            self.innermost = before;
            self.mark(at);
        }
        name
    }

    /// Everything that is open ends.
    pub(super) fn close_all(&mut self, at: u64) {
        while !self.open.is_empty() {
            self.close(at);
        }
    }

    /// The name of the innermost object or element is another one.
    pub(super) fn rename(&mut self, name: Option<&'static str>) {
        if let Some(open) = self.open.last_mut() {
            open.name = name;
        }
    }

    /// A value of the innermost object or element.
    pub(super) fn value(&mut self, name: Option<&str>, value: &[u8]) {
        let (Some(name), Some(record)) = (name, &self.innermost) else { return };
        let mut inside_out = self.open.iter().rev();
        match (inside_out.next(), inside_out.next()) {
            (Some(Open { before: Some(_), .. }), _) => record.take(None, name, value),
            (Some(Open { name: Some(part), .. }), Some(Open { before: Some(_), .. })) => {
                record.take(Some(part), name, value);
            }
            _ => {}
        }
    }

    /// A record of a level, inside of those around it.
    fn record(&mut self, place: usize, level: &'static Level) -> Rc<Record> {
        self.counts.iter_mut().skip(place + 1).for_each(|count| *count = 0);
        let number = self.counts.get_mut(place).map_or(1, |count| {
            *count += 1;
            *count
        });
        // Of folders in folders only the innermost is named.
        let outer = self.innermost.as_ref();
        let outer = outer.and_then(|outer| if outer.is(level) { outer.outer() } else { Some(outer) });
        Rc::new(Record::begun(level, number, outer.cloned()))
    }

    fn mark(&mut self, at: u64) {
        self.values.record();
        self.pieces.record();
        match self.marks.len() {
            ..MARKS => self.marks.push((at, self.innermost.clone())),
            MARKS => self.marks.push((at, None)),
            _ => {}
        }
    }

    /// Forgets what lies before this place.
    pub(super) fn forget(&mut self, before: u64) {
        self.values.forget(before);
        self.pieces.forget(before);
        let passed = self.marks.partition_point(|(at, _)| *at <= before);
        self.marks.drain(..passed.saturating_sub(1));
    }

    /// Text as views on bytes that begin there.
    pub(super) fn views(&self, begin: u64) -> Vec<View> {
        self.values.view(begin).into_iter().chain(self.pieces.view(begin)).collect()
    }

    /// The innermost record at a place.
    pub(super) fn at(&self, place: u64) -> Option<Rc<Record>> {
        let passed = self.marks.partition_point(|(at, _)| *at <= place);
        passed.checked_sub(1).and_then(|last| self.marks.get(last)?.1.clone())
    }
}
