//! Creating, changing and ending records.

use postern_codes::Prefix;
use postern_core::ids::TenantId;
use postern_core::kernel::{Held, Key, KeyringEntry, Kind, Outcome, Step, Want, decide};
use postern_core::ports::Store;
use postern_core::subject::{self, Create, Subject, SubjectKind};
use postern_core::tenant::{self as tenants, Tenant, Tier};

use crate::counter::{Counted, Counter};
use crate::harness::Harness;
use crate::support::{add, at, counter, draft, held, look, place, record, record_all, sum, tenant};

pub(crate) async fn what_is_created_is_read_back(harness: impl Harness) {
    let store = harness.store();
    let facts = vec![Counted::Added(3), Counted::Due(at(77)), Counted::Quieted];
    assert!(matches!(record(&*store, counter(1), facts).await, Outcome::Committed(3)));
    drop(store);
    let harness = harness.reopened();
    let store = harness.store();
    let counter = held(&*store, counter(1)).await;
    let state = counter.state().expect("it is there");
    assert_eq!((state.sum, state.is_quiet, state.due), (3, true, Some(at(77))));
    assert_eq!((counter.version(), counter.last()), (3, at(1_000)));
}

pub(crate) async fn a_row_that_nobody_wrote_is_absent(harness: impl Harness) {
    let held = held(&*harness.store(), counter(9)).await;
    assert_eq!((held.version(), held.state()), (0, None));
}

pub(crate) async fn real_records_are_created_in_two_logs(harness: impl Harness) {
    let store = harness.store();
    found(&*store, tenant(1)).await;
    let keys = [Key::tenant(TenantId::SYSTEM), Key::tenant(tenant(1))];
    let view = look(&*store, &keys).await;
    let system: Held<Tenant> = view.held(keys[0]).expect("the system");
    let tenant_held: Held<Tenant> = view.held(keys[1]).expect("the tenant");
    assert_eq!((system.version(), system.state().expect("it is there").tenants), (2, 1));
    assert_eq!(tenant_held.state().expect("it is there").name, "Acme");
    assert_eq!(store.head(TenantId::SYSTEM).await.expect("a head").frontier.size(), 2);
    assert_eq!(store.head(tenant(1)).await.expect("a head").frontier.size(), 1);
    assert_eq!(store.tenants().await.expect("tenants"), vec![TenantId::SYSTEM, tenant(1)]);
}

/// The installation's log and a tenant.
async fn found(store: &dyn Store, tenant: TenantId) {
    let (system, own) = (Key::tenant(TenantId::SYSTEM), Key::tenant(tenant));
    let view = look(store, &[system]).await;
    let opened = decide(store, &view, move |view| {
        let mut draft = draft();
        let opened = tenants::open_log(view.held(system)?, "here", &mut draft);
        Ok(Step::<bool, ()>::Decided(draft, opened))
    });
    assert!(matches!(opened.await, Outcome::Committed(true)));
    let view = look(store, &[system, own]).await;
    let created = decide(store, &view, move |view| {
        let mut draft = draft();
        tenants::create(view.held(system)?, view.held(own)?, "Acme", &Prefix::default(), &mut draft);
        Ok(Step::<(), ()>::Decided(draft, ()))
    });
    assert!(matches!(created.await, Outcome::Committed(())));
}

/// Creates a subject of tenant 1 with external id 8.
pub(crate) async fn create(store: &dyn Store, id: [u8; 16]) -> Outcome<(), ()> {
    let key = Key::new(Kind::Subject, tenant(1), id);
    let view = look(store, &[key]).await;
    decide(store, &view, move |view| {
        let mut draft = draft();
        let new = Create {
            place: place(8),
            kind: SubjectKind::Person,
            tier: Tier::Standard,
            wrapped_key: vec![4, 5, 6],
            epoch: [1; 16],
            salt: [2; 16],
        };
        let _ = subject::create(view.held(key)?, new, None, &mut draft);
        Ok(Step::<(), ()>::Decided(draft, ()))
    })
    .await
}

pub(crate) async fn a_subject_is_found_through_its_external_id(harness: impl Harness) {
    let store = harness.store();
    let key = Key::new(Kind::Subject, tenant(1), [7; 16]);
    let place = place(8);
    let wants = [Want::Claim { place, kind: Kind::Subject }];
    let view = store.look(&wants).await.expect("the store answers");
    assert!(view.owner::<Subject>(place).expect("nothing is wrong").is_none());
    let created = create(&*store, key.id);
    assert!(matches!(created.await, Outcome::Committed(())));
    drop(store);
    let harness = harness.reopened();
    let store = harness.store();
    let view = store.look(&wants).await.expect("the store answers");
    let owner = view.owner::<Subject>(place).expect("it is as it was written").expect("it is there");
    assert_eq!((owner.key(), owner.version()), (key, 1));
    assert_eq!(store.keyring(key).await.expect("a keyring"), Some(vec![4, 5, 6]));
    assert_eq!(store.keyring(counter(1)).await.expect("a keyring"), None);
}

pub(crate) async fn parts_are_added_kept_and_dropped(harness: impl Harness) {
    let store = harness.store();
    let facts = vec![Counted::PartAdded(1, vec![1; 40]), Counted::PartAdded(2, vec![2; 5000])];
    assert!(matches!(record(&*store, counter(1), facts).await, Outcome::Committed(0)));
    assert_eq!(add(&*store, counter(1), 5).await, 5);
    let parts = |held: Held<Counter>| held.state().expect("it is there").parts.clone();
    assert_eq!(parts(held(&*store, counter(1)).await), vec![(1, vec![1; 40]), (2, vec![2; 5000])]);
    let facts = vec![Counted::PartDropped(1), Counted::PartAdded(3, vec![3])];
    assert!(matches!(record(&*store, counter(1), facts).await, Outcome::Committed(5)));
    assert_eq!(parts(held(&*store, counter(1)).await), vec![(2, vec![2; 5000]), (3, vec![3])]);
    assert_eq!(harness.raw_row(counter(1)).expect("a row").parts.len(), 2);
    assert!(matches!(record(&*store, counter(1), vec![Counted::Ended]).await, Outcome::Committed(0)));
    assert!(harness.raw_row(counter(1)).expect("a row").parts.is_empty());
}

pub(crate) async fn an_ended_record_keeps_its_version(harness: impl Harness) {
    let store = harness.store();
    add(&*store, counter(1), 1).await;
    assert!(matches!(record(&*store, counter(1), vec![Counted::Ended]).await, Outcome::Committed(0)));
    let ended = held(&*store, counter(1)).await;
    assert_eq!((ended.version(), ended.state()), (2, None));
    let row = harness.raw_row(counter(1)).expect("a tombstone");
    assert_eq!((row.body.len(), row.state.as_str(), row.due), (0, "ended", None));
}

pub(crate) async fn an_ended_record_goes_on_after_its_version(harness: impl Harness) {
    let store = harness.store();
    add(&*store, counter(1), 1).await;
    assert!(matches!(record(&*store, counter(1), vec![Counted::Ended]).await, Outcome::Committed(0)));
    assert_eq!(add(&*store, counter(1), 9).await, 9);
    assert_eq!(held(&*store, counter(1)).await.version(), 3);
    assert_eq!(sum(&*store, counter(1)).await, 9);
}

pub(crate) async fn a_forgotten_key_is_gone(harness: impl Harness) {
    let store = harness.store();
    let subject = |number| Key::new(Kind::Subject, tenant(1), [number; 16]);
    for (key, forget) in [(counter(1), false), (counter(2), false), (counter(1), true)] {
        let view = look(&*store, &[key]).await;
        let ended = decide::<u64, ()>(&*store, &view, move |view| {
            let mut draft = draft();
            let _ = record_all(view.held(key)?, &[Counted::Added(1)], &mut draft);
            if forget {
                draft.forget_key(Key { kind: Kind::Subject, ..key });
            } else {
                draft.keep_key(KeyringEntry {
                    subject: Key { kind: Kind::Subject, ..key },
                    wrapped: vec![7; 60],
                });
            }
            Ok(Step::Decided(draft, 0))
        });
        assert!(matches!(ended.await, Outcome::Committed(0)));
    }
    assert_eq!(store.keyring(subject(1)).await.expect("a keyring"), None);
    assert_eq!(store.keyring(subject(2)).await.expect("a keyring"), Some(vec![7; 60]));
    store.scrub().await.expect("the store answers");
}
