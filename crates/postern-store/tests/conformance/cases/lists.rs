//! Lists and sums.

use std::time::Duration;

use postern_core::kernel::{Held, Key, Kind, Step, Tally, decide};

use crate::counter::{Counted, Counter};
use crate::harness::Harness;
use crate::support::{add, at, counter, counter_of, draft, look, record, record_all, sealer, tenant};

pub(crate) async fn pages_follow_each_other(harness: impl Harness) {
    let store = harness.store();
    let mut keys = Vec::new();
    for number in [2, 1] {
        for id in [5, 3, 4, 1, 2] {
            let key = counter_of(tenant(number), id);
            record(&*store, key, vec![Counted::Added(1), Counted::PartAdded(4, vec![9])]).await;
            keys.push(key);
        }
    }
    keys.sort_unstable();
    let (mut seen, mut after): (Vec<Key>, _) = (Vec::new(), None);
    loop {
        let page = store.list(Kind::Prover, None, after, 3).await.expect("a page");
        for listed in &page {
            let held: Held<Counter> = Held::open(listed.key, Some(&listed.row), &sealer()).expect("genuine");
            assert_eq!(held.state().expect("it is there").parts.len(), 1);
        }
        seen.extend(page.iter().map(|listed| listed.key));
        after = page.last().map(|listed| listed.key);
        if page.len() < 3 {
            break;
        }
    }
    assert_eq!(seen, keys);
    let own = store.list(Kind::Prover, Some(tenant(2)), None, 100).await.expect("a page");
    assert_eq!(own.iter().map(|listed| listed.key).collect::<Vec<_>>(), keys[5..]);
    let own = store.list(Kind::Prover, Some(tenant(2)), Some(keys[6]), 2).await.expect("a page");
    assert_eq!(own.iter().map(|listed| listed.key).collect::<Vec<_>>(), keys[7..9]);
    assert!(store.list(Kind::Subject, None, None, 100).await.expect("a page").is_empty());
}

pub(crate) async fn due_records_are_listed_in_key_order(harness: impl Harness) {
    let store = harness.store();
    for (number, due) in [(1, 30), (2, 10), (3, 20), (4, 99)] {
        record(&*store, counter(number), vec![Counted::Due(at(due))]).await;
    }
    record(&*store, counter_of(tenant(2), 1), vec![Counted::Due(at(5))]).await;
    add(&*store, counter(5), 1).await;
    let due = store.due(Kind::Prover, at(30), None, 100).await.expect("keys");
    assert_eq!(due, vec![counter(1), counter(2), counter(3), counter_of(tenant(2), 1)]);
    let due = store.due(Kind::Prover, at(30), Some(counter(1)), 2).await.expect("keys");
    assert_eq!(due, vec![counter(2), counter(3)]);
    // The record moves on: it is not due any more.
    record(&*store, counter(2), vec![Counted::Due(at(500))]).await;
    record(&*store, counter(3), vec![Counted::Ended]).await;
    let due = store.due(Kind::Prover, at(30), None, 100).await.expect("keys");
    assert_eq!(due, vec![counter(1), counter_of(tenant(2), 1)]);
}

pub(crate) async fn tallies_add_up(harness: impl Harness) {
    let store = harness.store();
    let tally = Tally { tenant: tenant(1), measure: "guesses", dimension: [7; 16], hour: 400, count: 2 };
    for round in 0..3 {
        let view = look(&*store, &[counter(1)]).await;
        let end = decide(&*store, &view, move |view| {
            let mut draft = draft();
            let counter = record_all(view.held(counter(1))?, &[Counted::Added(1)], &mut draft);
            draft.tally(tally);
            draft.tally(Tally { hour: 401 + round, ..tally });
            Ok(Step::<u64, ()>::Decided(draft, counter.version()))
        });
        end.await;
    }
    // Nothing else happens: they are written within a quarter of a second.
    let mut sums = Vec::new();
    for _ in 0..40 {
        sums = store.tallies(tenant(1), "guesses", 400).await.expect("sums");
        if sums.len() == 4 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let expected: Vec<Tally> =
        [(400, 6), (401, 2), (402, 2), (403, 2)].map(|(hour, count)| Tally { hour, count, ..tally }).to_vec();
    assert_eq!(sums, expected);
    assert_eq!(store.tallies(tenant(1), "guesses", 403).await.expect("sums").len(), 1);
    assert!(store.tallies(tenant(1), "others", 0).await.expect("sums").is_empty());
    assert!(store.tallies(tenant(2), "guesses", 0).await.expect("sums").is_empty());
    store.forget_tallies(402).await.expect("given up");
    assert_eq!(store.tallies(tenant(1), "guesses", 0).await.expect("sums"), expected[2..]);
}
