//! Places that only one may take.

use std::sync::Arc;

use postern_core::kernel::{Claim, ClaimKey, Key, Kind, Outcome, Space, Step, Want, decide};
use postern_core::ports::Store;

use crate::counter::{Counted, Counter};
use crate::harness::Harness;
use crate::support::{Ended, add, at, counter, draft, held, look, place, record_all, tenant};

/// Lets a counter take a place.
pub(crate) async fn take(store: &dyn Store, key: Key, place: ClaimKey, until: Option<u64>) -> Ended {
    let view = look(store, &[key]).await;
    decide(store, &view, move |view| {
        let mut draft = draft();
        let counter = record_all(view.held(key)?, &[Counted::Placed(place.key)], &mut draft);
        draft.claim(Claim { place, owner: key, version: counter.version(), until: until.map(at) });
        Ok(Step::Decided(draft, counter.version()))
    })
    .await
}

pub(crate) async fn a_taken_place_is_refused_and_nothing_written(harness: impl Harness) {
    let store = harness.store();
    assert!(matches!(take(&*store, counter(1), place(5), None).await, Outcome::Committed(1)));
    assert!(
        matches!(take(&*store, counter(2), place(5), None).await, Outcome::Taken(taken) if taken == place(5))
    );
    assert_eq!(held(&*store, counter(2)).await.version(), 0);
    assert_eq!(store.head(tenant(1)).await.expect("a head").frontier.size(), 1);
    // Its owner does not take it twice either: a place that is used once is used.
    assert!(matches!(take(&*store, counter(1), place(5), None).await, Outcome::Taken(_)));
    // Another space and another tenant are other places.
    let cap = ClaimKey { space: Space::Cap, ..place(5) };
    assert!(matches!(take(&*store, counter(2), cap, None).await, Outcome::Committed(1)));
    let elsewhere = ClaimKey { tenant: tenant(2), ..place(5) };
    assert!(matches!(take(&*store, counter(2), elsewhere, None).await, Outcome::Committed(2)));
    assert_eq!(store.claims(tenant(1)).await.expect("claims").len(), 2);
}

pub(crate) async fn of_many_who_want_a_place_one_gets_it(harness: impl Harness) {
    let store = harness.store();
    let tasks: Vec<_> = (0..32)
        .map(|number| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { take(&*store, counter(number), place(5), None).await })
        })
        .collect();
    let (mut got, mut refused) = (0, 0);
    for task in tasks {
        match task.await.expect("the task ends") {
            Outcome::Committed(_) => got += 1,
            Outcome::Taken(_) => refused += 1,
            other => panic!("neither: {other:?}"),
        }
    }
    assert_eq!((got, refused), (1, 31));
    assert_eq!(store.head(tenant(1)).await.expect("a head").frontier.size(), 1);
}

pub(crate) async fn a_claim_leads_to_its_owner(harness: impl Harness) {
    let store = harness.store();
    assert!(matches!(take(&*store, counter(1), place(5), None).await, Outcome::Committed(1)));
    add(&*store, counter(1), 3).await;
    let wants = [Want::Claim { place: place(5), kind: Kind::Prover }, Want::Key(counter(2))];
    let view = store.look(&wants).await.expect("the store answers");
    let owner = view.owner::<Counter>(place(5)).expect("nothing is wrong").expect("somebody");
    assert_eq!((owner.key(), owner.version()), (counter(1), 2));
    assert_eq!(view.wants(), wants);
    let nobody = place(6);
    let view = store.look(&[Want::Claim { place: nobody, kind: Kind::Prover }]).await.expect("an answer");
    assert!(view.owner::<Counter>(nobody).expect("nothing is wrong").is_none());
}

pub(crate) async fn places_whose_time_is_over_are_forgotten(harness: impl Harness) {
    let store = harness.store();
    for (number, until) in [(1, None), (2, Some(100)), (3, Some(200))] {
        let end = take(&*store, counter(number), place(number), until).await;
        assert!(matches!(end, Outcome::Committed(1)));
    }
    store.forget_claims(at(200)).await.expect("they go");
    let left = store.claims(tenant(1)).await.expect("claims");
    assert_eq!(left.iter().map(|(claim, _)| claim.place).collect::<Vec<_>>(), vec![place(1), place(3)]);
    assert!(matches!(take(&*store, counter(4), place(2), None).await, Outcome::Committed(1)));
}

/// Lets a counter give a place up, which another of the same draft takes.
async fn pass_on(store: &dyn Store, from: Key, to: Key, place: ClaimKey) -> Ended {
    let view = look(store, &[from, to]).await;
    decide(store, &view, move |view| {
        let mut draft = draft();
        let _ = record_all(view.held(from)?, &[Counted::Added(1)], &mut draft);
        let taker = record_all(view.held(to)?, &[Counted::Placed(place.key)], &mut draft);
        draft.release(place, from);
        draft.claim(Claim { place, owner: to, version: taker.version(), until: None });
        Ok(Step::Decided(draft, taker.version()))
    })
    .await
}

pub(crate) async fn a_place_is_given_up_by_its_owner_alone(harness: impl Harness) {
    let store = harness.store();
    assert!(matches!(take(&*store, counter(1), place(5), None).await, Outcome::Committed(1)));
    // Not taken from counter 1 by a draft that gives up what counter 2 would have.
    let other = pass_on(&*store, counter(2), counter(3), place(5)).await;
    assert!(matches!(other, Outcome::Taken(taken) if taken == place(5)), "{other:?}");
    assert!(matches!(pass_on(&*store, counter(1), counter(3), place(5)).await, Outcome::Committed(1)));
    let claims = store.claims(tenant(1)).await.expect("claims");
    assert_eq!(claims.iter().map(|(claim, _)| claim.owner).collect::<Vec<_>>(), vec![counter(3)]);
    // Given up and not taken, it is anybody's.
    let view = look(&*store, &[counter(3)]).await;
    let given_up = decide::<u64, ()>(&*store, &view, move |view| {
        let mut draft = draft();
        let _ = record_all(view.held(counter(3))?, &[Counted::Added(1)], &mut draft);
        draft.release(place(5), counter(3));
        Ok(Step::Decided(draft, 0))
    });
    assert!(matches!(given_up.await, Outcome::Committed(0)));
    assert!(store.claims(tenant(1)).await.expect("claims").is_empty());
    assert!(matches!(take(&*store, counter(4), place(5), None).await, Outcome::Committed(1)));
}

/// What is decided again may give up a place that was not looked at: it is read then, before anything is written.
pub(crate) async fn a_place_that_only_a_later_decision_gives_up_is_read_first(harness: impl Harness) {
    let store = harness.store();
    assert!(matches!(take(&*store, counter(1), place(5), None).await, Outcome::Committed(1)));
    let early = look(&*store, &[counter(1)]).await;
    add(&*store, counter(1), 1).await;
    let decided = decide::<u64, ()>(&*store, &early, |view| {
        let (mut draft, held) = (draft(), view.held::<Counter>(counter(1))?);
        if held.version() > 1 {
            draft.release(place(5), counter(1));
        }
        let counter = record_all(held, &[Counted::Added(1)], &mut draft);
        Ok(Step::Decided(draft, counter.version()))
    });
    assert!(matches!(decided.await, Outcome::Committed(3)));
    assert!(store.claims(tenant(1)).await.expect("claims").is_empty());
    harness.settle();
    assert_eq!(store.head(tenant(1)).await.expect("a head").frontier.size(), 3, "a change has no event");
}
