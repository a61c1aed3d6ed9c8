//! What is durable: rows and events, and the conditions under which a store adds to them.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use postern_core::kernel::{Draft, EventHead, Key, Kind, PartRow, Row, replay};
use postern_core::subject::{Subject, SubjectFact};

use crate::command::Told;
use crate::fixture::Fixture;

/// One event as it lies in the log.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Entry {
    pub(crate) key: Key,
    pub(crate) version: u64,
    pub(crate) bytes: Vec<u8>,
}

impl Entry {
    pub(crate) fn head(&self) -> EventHead {
        EventHead::read(&self.bytes).unwrap()
    }
}

/// Rows and events of one installation. What is asked of it in every world is known when it is written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk {
    rows: BTreeMap<Key, Row>,
    pub(crate) log: Vec<Arc<Entry>>,
    /// Stands for all that is in it.
    digest: u64,
    /// What the subject's events say of redemptions, with the requests that they answer.
    pub(crate) verdicts: Vec<(u8, Told)>,
    /// Whether the subject's row is what its events make.
    pub(crate) is_whole: bool,
    /// Whether the subject's row is older than its events.
    pub(crate) is_behind: bool,
    /// Whether a code was spent with a key that had ended before.
    pub(crate) is_late: bool,
}

impl PartialEq for Disk {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl Eq for Disk {}

impl Hash for Disk {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.digest.hash(hasher);
    }
}

impl Disk {
    pub(crate) fn row(&self, key: Key) -> Option<&Row> {
        self.rows.get(&key)
    }

    /// Puts a row back behind the product's back.
    pub(crate) fn put_back(&mut self, row: Row, fixture: &Fixture) {
        self.rows.insert(fixture.subject, row);
        self.written(fixture);
    }

    /// Whether every row is at the version that the draft changes.
    pub(crate) fn puts_hold(&self, draft: &Draft) -> bool {
        draft.puts().iter().all(|(key, put)| self.version(*key) == put.expect)
    }

    /// Whether every record that was decided on without being changed is as it was.
    pub(crate) fn reads_hold(&self, draft: &Draft) -> bool {
        draft.reads().all(|(key, version)| self.version(key) == version)
    }

    /// Whether no event of the draft has the object and the version of one that there is: the log's unique index.
    pub(crate) fn is_new(&self, draft: &Draft) -> bool {
        let known = |key, version| self.log.iter().any(|entry| entry.key == key && entry.version == version);
        draft.events().iter().all(|event| !known(event.key, event.version))
    }

    pub(crate) fn apply(&mut self, draft: &Draft, fixture: &Fixture) {
        assert!(draft.fault().is_none());
        for (key, put) in draft.puts() {
            let image = put.image.as_ref().expect("nobody is erased here");
            let sealed = fixture.sealer.seal(*key, put.version, Some(image));
            let mut parts = self.rows.remove(key).map(|row| row.parts).unwrap_or_default();
            parts.retain(|part| sealed.part_numbers.contains(&part.number));
            parts.extend(sealed.new_parts.into_iter().map(|part| PartRow {
                number: part.number,
                bytes: part.bytes,
                seal: part.seal.to_vec(),
            }));
            parts.sort_by_key(|part| part.number);
            let row = Row {
                version: put.version,
                body: sealed.body,
                seal: sealed.seal.to_vec(),
                state: image.columns.state.to_owned(),
                due: image.columns.due.map(|due| due.millis()),
                parts,
            };
            self.rows.insert(*key, row);
        }
        for event in draft.events() {
            let entry = Entry { key: event.key, version: event.version, bytes: event.bytes.clone() };
            let verdict = verdict(&entry);
            let spent = matches!(verdict, Some((_, Told::Accepted { .. })));
            self.is_late |=
                spent && self.log.iter().any(|before| before.head().r#type == "application_key.revoked");
            self.verdicts.extend(verdict);
            self.log.push(Arc::new(entry));
        }
        self.written(fixture);
    }

    fn written(&mut self, fixture: &Fixture) {
        let mut hasher = DefaultHasher::new();
        for (key, row) in &self.rows {
            (key, row.version, &row.body, row.parts.len()).hash(&mut hasher);
        }
        self.log.hash(&mut hasher);
        self.digest = hasher.finish();
        let of = self.log.iter().filter(|entry| entry.key == fixture.subject);
        let Ok(replayed) = replay::<Subject>(of.map(|entry| entry.head())) else {
            self.is_whole = false;
            return;
        };
        let row = fixture.held(self.row(fixture.subject));
        self.is_whole = replayed.compare(&row).is_ok();
        self.is_behind = row.version() < replayed.version;
    }

    fn version(&self, key: Key) -> u64 {
        self.rows.get(&key).map_or(0, |row| row.version)
    }
}

/// What an event says of a redemption.
pub(crate) fn verdict(entry: &Entry) -> Option<(u8, Told)> {
    if entry.key.kind != Kind::Subject {
        return None;
    }
    match entry.head().fact::<SubjectFact>().unwrap()? {
        SubjectFact::Spent(spent) => {
            let (generation, code) = (spent.generation, usize::from(spent.slot) - 1);
            Some((spent.request.key.0[0], Told::Accepted { generation, code }))
        }
        SubjectFact::Refused(refused) => Some((refused.request.key.0[0], Told::Refused)),
        _ => None,
    }
}
