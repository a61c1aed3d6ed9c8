//! What cases say often.

use std::future::Future;

use postern_core::Time;
use postern_core::ids::TenantId;
use postern_core::kernel::{
    Actor, ActorKind, ClaimKey, Context, Draft, Held, Key, Kind, Outcome, Sealer, Space, Step, Tampered,
    View, Want, decide,
};
use postern_core::ports::Store;

use crate::counter::{Counted, Counter};

/// What a decision of a case comes to: its answer is the counter's sum.
pub(crate) type Ended = Outcome<u64, ()>;

/// Runs a case on a few threads.
pub(crate) fn run(case: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(case);
}

pub(crate) fn sealer() -> Sealer {
    Sealer::new(&[1; 32], &[2; 32])
}

pub(crate) fn tenant(number: u8) -> TenantId {
    TenantId::new([number; 16])
}

/// A counter's key in tenant 1.
pub(crate) fn counter(number: u8) -> Key {
    counter_of(tenant(1), number)
}

pub(crate) fn counter_of(tenant: TenantId, number: u8) -> Key {
    Key::new(Kind::Prover, tenant, [number; 16])
}

pub(crate) fn place(number: u8) -> ClaimKey {
    ClaimKey { tenant: tenant(1), space: Space::ExternalId, key: [number; 32] }
}

pub(crate) fn at(millis: u64) -> Time {
    Time::from_millis(millis)
}

pub(crate) fn draft() -> Draft {
    Draft::new(Context { at: at(1_000), actor: Actor::new(ActorKind::Service, "test"), private: None })
}

pub(crate) async fn look(store: &dyn Store, keys: &[Key]) -> View {
    let wants: Vec<Want> = keys.iter().map(|key| Want::Key(*key)).collect();
    store.look(&wants).await.expect("the store answers")
}

/// Reads a counter.
pub(crate) async fn held(store: &dyn Store, key: Key) -> Held<Counter> {
    look(store, &[key]).await.held(key).expect("it is as it was written")
}

/// The counter's sum; 0 if there is none.
pub(crate) async fn sum(store: &dyn Store, key: Key) -> u64 {
    held(store, key).await.state().map_or(0, |counter| counter.sum)
}

/// Records facts on one counter, deciding again if need be.
pub(crate) async fn record(store: &dyn Store, key: Key, facts: Vec<Counted>) -> Ended {
    let view = look(store, &[key]).await;
    record_seen(store, &view, key, facts).await
}

/// The same on a view that may be old by now.
pub(crate) async fn record_seen(store: &dyn Store, view: &View, key: Key, facts: Vec<Counted>) -> Ended {
    decide(store, view, move |view| recorded(view, key, &facts)).await
}

/// The decision of [`record`].
pub(crate) fn recorded(view: &View, key: Key, facts: &[Counted]) -> Result<Step<u64, ()>, Tampered> {
    let mut draft = draft();
    let counter = record_all(view.held(key)?, facts, &mut draft);
    Ok(Step::Decided(draft, counter.state().map_or(0, |counter| counter.sum)))
}

pub(crate) fn record_all(counter: Held<Counter>, facts: &[Counted], draft: &mut Draft) -> Held<Counter> {
    facts.iter().fold(counter, |counter, fact| counter.record(fact.clone(), draft))
}

/// Records one addition, which must commit.
pub(crate) async fn add(store: &dyn Store, key: Key, more: u64) -> u64 {
    match record(store, key, vec![Counted::Added(more)]).await {
        Outcome::Committed(sum) => sum,
        other => panic!("not committed: {other:?}"),
    }
}

/// The value of a future that is ready.
pub(crate) fn block<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("reads are done at once"),
    }
}
