//! One row as a store would keep it: sealed body and parts.

use postern_core::kernel::{Draft, Key, Part, PartRow, Put, Row, Sealer};

/// Commits a draft's put of one record onto its row.
pub(crate) fn commit(row: &mut Option<Row>, key: Key, draft: &Draft, sealer: &Sealer) {
    let Some(Put { expect, version, image }) = draft.puts().get(&key) else { return };
    assert_eq!(row.as_ref().map_or(0, |row| row.version), *expect);
    assert_eq!(*version - *expect, draft.events().len() as u64, "a fact raises the version by one");
    let Some(image) = image else {
        let sealed = sealer.seal(key, *version, None);
        let (body, seal, state) = (sealed.body, sealed.seal.to_vec(), "ended".to_owned());
        *row = Some(Row { version: *version, body, seal, state, due: None, parts: Vec::new() });
        return;
    };
    let sealed = sealer.seal(key, *version, Some(image));
    let mut parts = row.take().map(|row| row.parts).unwrap_or_default();
    parts.retain(|part| sealed.part_numbers.contains(&part.number));
    let new = sealed.new_parts.into_iter();
    parts.extend(new.map(|part| PartRow {
        number: part.number,
        bytes: part.bytes,
        seal: part.seal.to_vec(),
    }));
    parts.sort_by_key(|part| part.number);
    assert!(image.parts.iter().map(Part::number).eq(parts.iter().map(|part| part.number)));
    *row = Some(Row {
        version: *version,
        body: sealed.body,
        seal: sealed.seal.to_vec(),
        state: image.columns.state.to_owned(),
        due: image.columns.due.map(|due| due.millis()),
        parts,
    });
}
