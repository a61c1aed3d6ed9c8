//! Layouts of rows: how a release reads what an older one wrote, and writes what an older one reads.

use super::Record;

/// Writes a state in the oldest layout that holds it: its layout's number, and its bytes.
pub(super) fn write<R: Record>(state: &R) -> (u8, Vec<u8>) {
    let layout = state.layout();
    let mut bytes = postcard::to_allocvec(state).unwrap_or_default();
    bytes.truncate(bytes.len().saturating_sub(added_after::<R>(layout)));
    (layout, bytes)
}

/// Reads a state that was written in `layout`; `None` if it is not one, or of a later release.
pub(super) fn read<R: Record>(layout: u8, record: &[u8]) -> Option<R> {
    if layout == 0 || usize::from(layout) > R::ADDED.len() + 1 {
        return None;
    }
    let mut whole = record.to_vec();
    whole.resize(record.len() + added_after::<R>(layout), 0);
    postcard::from_bytes(&whole).ok()
}

/// How many fields came after a layout. Each is one zero byte in a row that does not use it: `postcard` writes
/// zero, `false`, an empty list and none so.
fn added_after<R: Record>(layout: u8) -> usize {
    R::ADDED.iter().skip(usize::from(layout.max(1)) - 1).sum()
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::Time;
    use crate::kernel::{Columns, Kind};
    use crate::tenant::TenantFact;

    #[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
    struct Before {
        name: String,
    }

    #[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
    struct Now {
        name: String,
        count: u32,
        notes: Vec<String>,
        owner: Option<String>,
    }

    impl Record for Now {
        type Fact = TenantFact;
        const KIND: Kind = Kind::Tenant;
        const ADDED: &'static [usize] = &[2, 1];

        fn layout(&self) -> u8 {
            match (self.count, self.notes.len(), &self.owner) {
                (0, 0, None) => 1,
                (_, _, None) => 2,
                _ => 3,
            }
        }

        fn evolve(before: Option<Self>, _: &TenantFact, _: Time) -> Option<Self> {
            before
        }

        fn columns(&self) -> Columns {
            Columns { state: "active", due: None }
        }
    }

    #[test]
    fn an_older_release_reads_what_uses_nothing_new_and_a_newer_one_reads_all() {
        let plain = Now { name: "a".into(), count: 0, notes: Vec::new(), owner: None };
        let (layout, bytes) = write(&plain);
        let before = Before { name: "a".into() };
        assert_eq!((layout, postcard::from_bytes(&bytes)), (1, Ok(before.clone())));
        assert_eq!(bytes, postcard::to_allocvec(&before).unwrap());
        for (count, notes, owner, expected) in
            [(0, vec![], None, 1), (0, vec![String::new()], None, 2), (256, vec![], None, 2)]
                .into_iter()
                .chain([(0, vec![], Some(String::new()), 3)])
        {
            let state = Now { name: "a".into(), count, notes, owner };
            let (layout, bytes) = write(&state);
            assert_eq!((layout, read::<Now>(layout, &bytes)), (expected, Some(state)));
        }
        assert_eq!(read::<Now>(0, &bytes), None);
        assert_eq!(read::<Now>(4, &bytes), None);
    }
}
