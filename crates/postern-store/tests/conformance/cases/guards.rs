//! What was decided on must still be so, or it is decided again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use postern_core::kernel::{Committed, Decided, Outcome, Step, Want, Work, decide};

use crate::counter::Counted;
use crate::harness::Harness;
use crate::support::{add, counter, draft, held, look, record_all, recorded, sum};

pub(crate) async fn a_moved_record_is_decided_again(harness: impl Harness) {
    let store = harness.store();
    let key = counter(1);
    let old = look(&*store, &[key]).await;
    add(&*store, key, 1).await;
    add(&*store, key, 1).await;
    let runs = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&runs);
    let end = decide(&*store, &old, move |view| {
        counted.fetch_add(1, Ordering::SeqCst);
        recorded(view, key, &[Counted::Added(10)])
    });
    assert!(matches!(end.await, Outcome::Committed(12)));
    assert_eq!(runs.load(Ordering::SeqCst), 2);
    assert_eq!((sum(&*store, key).await, held(&*store, key).await.version()), (12, 3));
}

pub(crate) async fn of_many_increments_none_is_lost(harness: impl Harness) {
    let store = harness.store();
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let mut sums = Vec::new();
                for _ in 0..4 {
                    sums.push(add(&*store, counter(1), 1).await);
                }
                sums
            })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.extend(task.await.expect("the task ends"));
    }
    answers.sort_unstable();
    assert_eq!(answers, (1..=256).collect::<Vec<u64>>());
    assert_eq!((sum(&*store, counter(1)).await, held(&*store, counter(1)).await.version()), (256, 256));
}

pub(crate) async fn a_moved_read_is_decided_again(harness: impl Harness) {
    let store = harness.store();
    let (relied, changed) = (counter(1), counter(2));
    add(&*store, relied, 1).await;
    let old = look(&*store, &[relied, changed]).await;
    add(&*store, relied, 40).await;
    let end = decide(&*store, &old, move |view| {
        let other = view.held(relied)?;
        let mut draft = draft();
        draft.rely(&other);
        let more = other.state().map_or(0, |other: &crate::counter::Counter| other.sum);
        let counter = record_all(view.held(changed)?, &[Counted::Added(more)], &mut draft);
        Ok(Step::<u64, ()>::Decided(draft, counter.state().map_or(0, |counter| counter.sum)))
    });
    assert!(matches!(end.await, Outcome::Committed(41)));
    assert_eq!(sum(&*store, changed).await, 41);
    assert_eq!(held(&*store, relied).await.version(), 2);
}

pub(crate) async fn nothing_is_left_after_deciding_again(harness: impl Harness) {
    let store = harness.store();
    let key = counter(1);
    let old = look(&*store, &[key]).await;
    add(&*store, key, 7).await;
    let end = decide(&*store, &old, move |view| {
        let counter = view.held::<crate::counter::Counter>(key)?;
        match counter.state().map(|counter| counter.sum) {
            Some(sum) => Ok(Step::<u64, ()>::Nothing(sum)),
            None => recorded(view, key, &[Counted::Added(1)]),
        }
    });
    assert!(matches!(end.await, Outcome::Nothing(7)));
    let old = look(&*store, &[key]).await;
    add(&*store, key, 1).await;
    let mut first = true;
    let end = decide(&*store, &old, move |view| {
        if std::mem::take(&mut first) {
            return recorded(view, key, &[Counted::Added(1)]);
        }
        Ok(Step::Prepare(()))
    });
    assert!(matches!(end.await, Outcome::Prepare(())));
    assert_eq!(sum(&*store, key).await, 8);
}

pub(crate) async fn a_panicking_decision_hurts_nobody_else(harness: impl Harness) {
    let store = harness.store();
    let key = counter(1);
    let old = look(&*store, &[key]).await;
    add(&*store, key, 1).await;
    let mut first = true;
    let end = decide(&*store, &old, move |view| {
        assert!(std::mem::take(&mut first), "the second time");
        recorded(view, key, &[Counted::Added(1)])
    });
    assert!(matches!(end.await, Outcome::Busy));
    assert_eq!(add(&*store, key, 1).await, 2);
}

pub(crate) async fn a_draft_without_facts_is_refused(harness: impl Harness) {
    let store = harness.store();
    let again = Box::new(|_: &postern_core::kernel::View| Decided::Nothing);
    let work = Work { wants: vec![Want::Key(counter(1))], draft: draft(), again };
    assert_eq!(store.submit(work).await, Committed::Busy);
}

pub(crate) async fn two_puts_are_whole_or_nothing(harness: impl Harness) {
    let store = harness.store();
    let (left, right) = (counter(1), counter(2));
    let old = look(&*store, &[left, right]).await;
    let both = move |view: &postern_core::kernel::View| {
        let mut draft = draft();
        let left = record_all(view.held(left)?, &[Counted::Added(1)], &mut draft);
        let right = record_all(view.held(right)?, &[Counted::Added(1)], &mut draft);
        let sums = [left, right].map(|counter| counter.state().map_or(0, |counter| counter.sum));
        Ok(Step::<_, ()>::Decided(draft, sums))
    };
    assert!(matches!(decide(&*store, &old, both).await, Outcome::Committed([1, 1])));
    // One of two moved: both are decided on what is there now.
    add(&*store, right, 1).await;
    assert!(matches!(decide(&*store, &old, both).await, Outcome::Committed([2, 3])));
    // One of two is altered: neither is written.
    let mut row = harness.raw_row(right).expect("a row");
    row.body[29] ^= 1;
    harness.put_raw_row(right, Some(&row));
    assert!(matches!(decide(&*store, &old, both).await, Outcome::Rejected(key) if key == right));
    assert_eq!(held(&*store, left).await.version(), 2);
    assert_eq!(store.head(left.tenant).await.expect("a head").frontier.size(), 5);
}
