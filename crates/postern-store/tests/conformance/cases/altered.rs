//! Somebody writes to the store behind its back.

use postern_core::kernel::{Held, Key, Kind, Outcome, Row, Step, Want, decide};
use postern_core::ports::{SealedClaim, Store};

use super::claims::take;
use crate::counter::{Counted, Counter};
use crate::harness::Harness;
use crate::support::{add, at, counter, counter_of, draft, held, look, place, record, record_all, tenant};

/// An old row as it was sealed is genuine, so a decision goes through; its history stops the commit.
pub(crate) async fn an_old_row_put_back_never_commits(harness: impl Harness) {
    let store = harness.store();
    add(&*store, counter(1), 1).await;
    let old = harness.raw_row(counter(1)).expect("a row");
    let seen = look(&*store, &[counter(1)]).await;
    add(&*store, counter(1), 1).await;
    harness.put_raw_row(counter(1), Some(&old));
    assert_eq!(held(&*store, counter(1)).await.version(), 1);
    let end = record(&*store, counter(1), vec![Counted::Added(5)]).await;
    assert!(matches!(end, Outcome::Rejected(key) if key == counter(1)));
    // Nor with a view from the time when the row was right.
    let end = crate::support::record_seen(&*store, &seen, counter(1), vec![Counted::Added(5)]).await;
    assert!(matches!(end, Outcome::Rejected(key) if key == counter(1)));
    assert_eq!(store.head(tenant(1)).await.expect("a head").frontier.size(), 2);
    assert_eq!(add(&*store, counter(2), 1).await, 1);
}

pub(crate) async fn an_old_row_cannot_be_relied_on(harness: impl Harness) {
    let store = harness.store();
    add(&*store, counter(1), 1).await;
    let old = harness.raw_row(counter(1)).expect("a row");
    add(&*store, counter(1), 1).await;
    harness.put_raw_row(counter(1), Some(&old));
    let view = look(&*store, &[counter(1), counter(2)]).await;
    let end = decide(&*store, &view, |view| {
        let mut draft = draft();
        draft.rely(&view.held::<Counter>(counter(1))?);
        let _ = record_all(view.held(counter(2))?, &[Counted::Added(1)], &mut draft);
        Ok(Step::<(), ()>::Decided(draft, ()))
    });
    assert!(matches!(end.await, Outcome::Rejected(key) if key == counter(1)));
    assert_eq!(held(&*store, counter(2)).await.version(), 0);
}

pub(crate) async fn a_deleted_row_is_not_begun_anew(harness: impl Harness) {
    let store = harness.store();
    add(&*store, counter(1), 1).await;
    harness.put_raw_row(counter(1), None);
    assert_eq!(held(&*store, counter(1)).await.version(), 0);
    let end = record(&*store, counter(1), vec![Counted::Added(5)]).await;
    assert!(matches!(end, Outcome::Rejected(key) if key == counter(1)));
}

/// What is wrong with a row.
type Spoil<T> = (&'static str, fn(&mut T));

const ROW: [Spoil<Row>; 11] = [
    ("version up", |row| row.version += 1),
    ("version down", |row| row.version -= 1),
    ("version zero", |row| row.version = 0),
    ("version negative", |row| row.version = u64::MAX),
    ("body", |row| row.body[27] ^= 1),
    ("body short", |row| row.body.truncate(3)),
    ("body empty", |row| row.body.clear()),
    ("seal", |row| row.seal[31] ^= 1),
    ("seal short", |row| row.seal.truncate(16)),
    ("state", |row| row.state = "quiet".to_owned()),
    ("due", |row| row.due = row.due.map(|due| due + 1)),
];

pub(crate) async fn a_change_in_any_column_is_refused(harness: impl Harness) {
    let store = harness.store();
    let facts = vec![Counted::Added(1), Counted::Due(at(50)), Counted::Added(1)];
    record(&*store, counter(1), facts).await;
    let right = harness.raw_row(counter(1)).expect("a row");
    let seen = look(&*store, &[counter(1)]).await;
    for (what, spoil) in ROW {
        let mut row = right.clone();
        spoil(&mut row);
        harness.put_raw_row(counter(1), Some(&row));
        refused(&*store, counter(1), what).await;
        if row.version != right.version {
            // Decided again on what is there now, it is refused as well.
            let end = crate::support::record_seen(&*store, &seen, counter(1), vec![Counted::Added(1)]).await;
            assert!(matches!(end, Outcome::Rejected(key) if key == counter(1)), "{what}");
        }
    }
    harness.put_raw_row(counter(1), Some(&right));
    // Another record's row is no better.
    harness.put_raw_row(counter(2), Some(&right));
    refused(&*store, counter(2), "another's row").await;
    assert_eq!(add(&*store, counter(1), 1).await, 3);
}

async fn refused(store: &dyn Store, key: Key, what: &str) {
    let view = look(store, &[key]).await;
    assert_eq!(view.held::<Counter>(key).map(|_| ()).map_err(|tampered| tampered.key), Err(key), "{what}");
    let end = record(store, key, vec![Counted::Added(1)]).await;
    assert!(matches!(end, Outcome::Rejected(rejected) if rejected == key), "{what}");
    let listed = store.list(key.kind, Some(key.tenant), None, 10).await.expect("a list still comes");
    assert!(listed.iter().any(|listed| listed.key == key), "{what}");
}

const PART: [Spoil<Row>; 7] = [
    ("part bytes", |row| row.parts[0].bytes[0] ^= 1),
    ("part seal", |row| row.parts[0].seal[0] ^= 1),
    ("part seal short", |row| row.parts[0].seal.truncate(1)),
    ("part number", |row| row.parts[1].number = 9),
    ("part gone", |row| drop(row.parts.remove(0))),
    ("all parts gone", |row| row.parts.clear()),
    ("parts exchanged", |row| {
        let bytes = std::mem::take(&mut row.parts[0].bytes);
        row.parts[0].bytes = std::mem::replace(&mut row.parts[1].bytes, bytes);
    }),
];

pub(crate) async fn a_change_in_a_part_is_refused(harness: impl Harness) {
    let store = harness.store();
    let facts = vec![Counted::PartAdded(1, vec![1; 9]), Counted::PartAdded(2, vec![2; 9])];
    record(&*store, counter(1), facts).await;
    let right = harness.raw_row(counter(1)).expect("a row");
    for (what, spoil) in PART {
        let mut row = right.clone();
        spoil(&mut row);
        harness.put_raw_row(counter(1), Some(&row));
        refused(&*store, counter(1), what).await;
    }
    harness.put_raw_row(counter(1), Some(&right));
    // An old part is genuine by itself, but not among these.
    record(&*store, counter(1), vec![Counted::PartDropped(1)]).await;
    let mut row = harness.raw_row(counter(1)).expect("a row");
    row.parts.insert(0, right.parts[0].clone());
    harness.put_raw_row(counter(1), Some(&row));
    refused(&*store, counter(1), "an old part").await;
}

const CLAIM: [Spoil<SealedClaim>; 7] = [
    ("owner", |(claim, _)| claim.owner.id = [2; 16]),
    ("owner's kind", |(claim, _)| claim.owner.kind = Kind::Subject),
    ("version", |(claim, _)| claim.version += 1),
    ("until", |(claim, _)| claim.until = Some(at(5))),
    ("seal", |(_, seal)| seal[0] ^= 1),
    ("seal short", |(_, seal)| seal.truncate(5)),
    ("seal gone", |(_, seal)| seal.clear()),
];

pub(crate) async fn a_change_in_a_claim_is_refused(harness: impl Harness) {
    let store = harness.store();
    assert!(matches!(take(&*store, counter(1), place(5), None).await, Outcome::Committed(1)));
    assert!(matches!(take(&*store, counter(2), place(6), None).await, Outcome::Committed(1)));
    let right = harness.raw_claim(place(5)).expect("a claim");
    let wants = [Want::Claim { place: place(5), kind: Kind::Prover }];
    for (what, spoil) in CLAIM {
        let mut claim = right.clone();
        spoil(&mut claim);
        harness.put_raw_claim(place(5), &claim);
        let view = store.look(&wants).await.expect("the store answers");
        assert!(view.owner::<Counter>(place(5)).is_err(), "{what}");
        // It is still somebody's.
        assert!(matches!(take(&*store, counter(3), place(5), None).await, Outcome::Taken(_)), "{what}");
    }
    harness.put_raw_claim(place(5), &right);
    let view = store.look(&wants).await.expect("the store answers");
    let owner: Held<Counter> = view.owner(place(5)).expect("nothing is wrong").expect("somebody");
    assert_eq!(owner.key(), counter(1));
}

pub(crate) async fn an_altered_head_stops_its_tenant_only(harness: impl Harness) {
    let store = harness.store();
    add(&*store, counter(1), 1).await;
    add(&*store, counter_of(tenant(2), 1), 1).await;
    store.head(tenant(1)).await.expect("it is numbered by now");
    harness.spoil_head(tenant(1));
    drop(store);
    let harness = harness.reopened();
    let store = harness.store();
    let end = record(&*store, counter(1), vec![Counted::Added(1)]).await;
    if harness.numbers_later() {
        assert!(matches!(end, Outcome::Committed(2)));
        assert_eq!(store.events(tenant(1), 0, 10, None).await.expect("events").len(), 1);
    } else {
        assert!(matches!(end, Outcome::Rejected(key) if key == Key::tenant(tenant(1))));
    }
    assert!(store.head(tenant(1)).await.is_err());
    assert_eq!(add(&*store, counter_of(tenant(2), 1), 1).await, 2);
}
