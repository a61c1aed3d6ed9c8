//! Records of an export: a message, a ticket, a row. A finding in one is named by what opens it again.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// The longest value that names a record; a longer one names nothing.
pub(crate) const LONGEST: usize = 160;

/// One kind of record, and what names it.
#[derive(Debug)]
pub(crate) struct Level {
    /// What the objects or elements are called; the outermost have no name.
    pub(crate) within: &'static [&'static str],
    /// What people call it.
    pub(crate) word: &'static str,
    /// What names it: a field, or a field of a part of it (`part/field`), and what is said in front of the value.
    pub(crate) fields: &'static [(&'static str, &'static str)],
}

impl Level {
    /// Records that are called so, and named by these.
    pub(crate) const fn new(
        within: &'static [&'static str],
        word: &'static str,
        fields: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self { within, word, fields }
    }
}

/// One record. It lives as long as a finding waits for its name.
pub(crate) struct Record {
    level: &'static Level,
    /// Which of its kind inside the outer one, from 1.
    number: u64,
    outer: Option<Rc<Record>>,
    values: RefCell<Vec<Option<String>>>,
    ended: Cell<bool>,
}

impl Record {
    /// One that begins.
    pub(crate) fn begun(level: &'static Level, number: u64, outer: Option<Rc<Self>>) -> Self {
        let values = RefCell::new(vec![None; level.fields.len()]);
        Self { level, number, outer, values, ended: Cell::new(false) }
    }

    /// The record that it is in.
    pub(crate) fn outer(&self) -> Option<&Rc<Self>> {
        self.outer.as_ref()
    }

    /// Whether it is of this kind.
    pub(crate) fn is(&self, level: &'static Level) -> bool {
        std::ptr::eq(self.level, level)
    }

    /// Takes a value if it names this kind of record. The first of each counts.
    pub(crate) fn take(&self, part: Option<&str>, field: &str, value: &[u8]) {
        let is = |path: &str| match (part, path.split_once('/')) {
            (None, None) => path == field,
            (Some(part), Some((outer, inner))) => part == outer && inner == field,
            _ => false,
        };
        let Some(at) = self.level.fields.iter().position(|(path, _)| is(path)) else { return };
        if let Some(place @ None) = self.values.borrow_mut().get_mut(at)
            && !value.is_empty()
            && value.len() <= LONGEST
        {
            *place = Some(String::from_utf8_lossy(value).into_owned());
        }
    }

    /// It is over: no more values come.
    pub(crate) fn end(&self) {
        self.ended.set(true);
    }

    /// Whether it is over, and those around it are over or have every value.
    pub(crate) fn is_settled(&self) -> bool {
        let named = |record: &Self| record.values.borrow().iter().all(Option::is_some);
        let mut around = std::iter::successors(self.outer.as_ref(), |record| record.outer.as_ref());
        self.ended.get() && around.all(|record| record.ended.get() || named(record))
    }

    /// Its name, and those of the records around it, outermost first. A value that `hides` is not shown: a code may
    /// stand where a name should.
    pub(crate) fn names(&self, hides: &dyn Fn(&str) -> bool) -> Vec<String> {
        let mut names = self.outer.as_ref().map(|outer| outer.names(hides)).unwrap_or_default();
        names.push(self.name(hides));
        names
    }

    fn name(&self, hides: &dyn Fn(&str) -> bool) -> String {
        let (mut name, values) = (self.level.word.to_owned(), self.values.borrow());
        for ((_, before), value) in self.level.fields.iter().zip(values.iter()) {
            if let Some(value) = value {
                name.push_str(before);
                name.push(' ');
                name.push_str(value);
            }
        }
        let is_named = values.iter().any(Option::is_some) && !hides(&name);
        if is_named { name } else { format!("{} number {}", self.level.word, self.number) }
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::{LONGEST, Level, Record};

    static OUTER: Level = Level::new(&[""], "issue", &[("key", ""), ("at/zone", " in")]);
    static INNER: Level = Level::new(&["notes"], "note", &[("id", "")]);

    #[test]
    fn a_record_is_named_by_its_fields_or_by_its_number() {
        let outer = Rc::new(Record::begun(&OUTER, 1, None));
        let inner = Record::begun(&INNER, 7, Some(Rc::clone(&outer)));
        assert_eq!(inner.names(&|_| false), ["issue number 1", "note number 7"]);
        inner.take(None, "id", &[b'x'; LONGEST + 1]);
        inner.take(Some("at"), "id", b"of a part");
        inner.take(None, "id", b"12");
        inner.take(None, "id", b"13");
        outer.take(Some("at"), "zone", b"UTC");
        assert_eq!(inner.names(&|_| false), ["issue in UTC", "note 12"]);
        assert_eq!(inner.names(&|name| name.contains("12")), ["issue in UTC", "note number 7"]);
    }

    #[test]
    fn a_record_is_settled_when_it_ended_and_those_around_it_are_named() {
        let outer = Rc::new(Record::begun(&OUTER, 1, None));
        let inner = Record::begun(&INNER, 1, Some(Rc::clone(&outer)));
        assert!(!inner.is_settled());
        inner.end();
        assert!(!inner.is_settled());
        outer.take(None, "key", b"A-1");
        outer.take(Some("at"), "zone", b"UTC");
        assert!(inner.is_settled() && !outer.is_settled());
        outer.end();
        assert!(outer.is_settled());
    }
}
