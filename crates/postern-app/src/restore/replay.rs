//! Replaying shipped events onto the rows of a backup: the facts are folded again, and the very bytes that were
//! recorded come into the log.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use postern_core::application::Application;
use postern_core::bucket::Bucket;
use postern_core::ids::TenantId;
use postern_core::kernel::{
    Actor, ActorKind, Claim, ClaimKey, Context, Difference, Draft, EventHead, Held, Key, KeyringEntry, Kind,
    Outcome, Space, Step, Tampered, View, Want, decide,
};
use postern_core::limits;
use postern_core::prover::Prover;
use postern_core::shipped::Shipped;
use postern_core::subject::Subject;
use postern_core::tenant::Tenant;

use super::place;
use crate::app::App;
use crate::audit::used_assertion;
use crate::operator::Refused;
use crate::shipping::erases;

/// A record of any kind.
enum Any {
    Tenant(Held<Tenant>),
    Application(Held<Application>),
    Prover(Held<Prover>),
    Subject(Box<Held<Subject>>),
    Bucket(Held<Bucket>),
}

impl Any {
    fn open(view: &View, key: Key) -> Result<Self, Tampered> {
        Ok(match key.kind {
            Kind::Tenant => Self::Tenant(view.held(key)?),
            Kind::Application => Self::Application(view.held(key)?),
            Kind::Prover => Self::Prover(view.held(key)?),
            Kind::Subject => Self::Subject(Box::new(view.held(key)?)),
            Kind::Bucket => Self::Bucket(view.held(key)?),
        })
    }

    /// Whether a set was ended with this assertion before the staging that it was shown for.
    fn ended_with(&self, assertion: Option<[u8; 32]>) -> bool {
        let Self::Subject(held) = self else { return false };
        let staged = held.state().and_then(|state| Some((state, state.staged.as_ref()?)));
        let of = |state: &Subject, generation: u32| {
            state
                .ended_for
                .iter()
                .any(|ended| ended.generation < generation && ended.assertion.map(|used| used.0) == assertion)
        };
        assertion.is_some() && staged.is_some_and(|(state, staged)| of(state, staged.set.generation))
    }

    fn replay(self, event: &EventHead, bytes: &[u8], draft: &mut Draft) -> Result<Self, Difference> {
        Ok(match self {
            Self::Tenant(held) => Self::Tenant(held.replay(event, bytes, draft)?),
            Self::Application(held) => Self::Application(held.replay(event, bytes, draft)?),
            Self::Prover(held) => Self::Prover(held.replay(event, bytes, draft)?),
            Self::Subject(held) => Self::Subject(Box::new(held.replay(event, bytes, draft)?)),
            Self::Bucket(held) => Self::Bucket(held.replay(event, bytes, draft)?),
        })
    }
}

/// Events that are committed together, and the keys that come with them.
struct Together {
    events: Vec<Shipped>,
    keyring: Vec<KeyringEntry>,
}

impl App {
    /// Replays what a place has of a log beyond what is here: how many events.
    pub(super) async fn replay_log(
        &self,
        held: &place::Held,
        tenant: TenantId,
        keyring: &BTreeMap<Key, Vec<u8>>,
    ) -> Result<u64, Refused> {
        let refused = |fault: postern_core::kernel::StoreFault| Refused(fault.to_string());
        let size = self.store().head(tenant).await.map_err(refused)?.frontier.size();
        let mut count = 0;
        for tile in held.after(tenant, size)? {
            let (_, events) = held.genuine(self.local(), tenant, &tile).await?;
            let mut events: Vec<_> = events.into_iter().filter(|event| event.index >= size).collect();
            count += events.len() as u64;
            // Where a store numbers events by itself, each waits for its number before the next is given.
            let at_once = if self.store().keeps_order() { events.len() } else { 1 };
            self.number_as(tenant, &mut events).await?;
            while !events.is_empty() {
                let next: Vec<_> = events.drain(..at_once.min(events.len())).collect();
                let mut given: Vec<_> = next.iter().map(|event| (event.key, event.head.version)).collect();
                let began = next.iter().filter(|event| event.head.version == 1);
                let entry = |event: &Shipped| {
                    Some(KeyringEntry { subject: event.key, wrapped: keyring.get(&event.key)?.clone() })
                };
                let keyring = began.filter_map(entry).collect();
                let count = next.len();
                self.replay_together(Arc::new(Together { events: next, keyring })).await?;
                self.works.replaying.pass(count);
                if !self.store().keeps_order() {
                    given.extend(events.iter().map(|event| (event.key, event.head.version)));
                    let numbered = self.store().number_as(tenant, given).await.map_err(refused)?;
                    if numbered == 0 {
                        return Err(Refused("The store gave a shipped event no place. Nobody else may use it meanwhile; then begin anew.".to_owned()));
                    }
                    events.drain(..(numbered - 1).min(events.len()));
                }
            }
        }
        Ok(count)
    }

    /// Gives the first of these events their places, where the store has them and they have none: the copy of a
    /// database was made between the two.
    async fn number_as(&self, tenant: TenantId, events: &mut Vec<Shipped>) -> Result<(), Refused> {
        let order = events.iter().map(|event| (event.key, event.head.version)).collect();
        let numbered = self.store().number_as(tenant, order).await;
        let numbered = numbered.map_err(|fault| Refused(fault.to_string()))?;
        events.drain(..numbered.min(events.len()));
        Ok(())
    }

    async fn replay_together(&self, together: Arc<Together>) -> Result<(), Refused> {
        let keys: BTreeSet<Key> = together.events.iter().map(|event| event.key).collect();
        let wants: Vec<Want> = keys.into_iter().map(Want::Key).collect();
        let view = self.store().look(&wants).await.map_err(|fault| Refused(fault.to_string()))?;
        let now = self.now();
        let decided = decide::<Result<(), Refused>, ()>(self.store(), &view, move |view| {
            let actor = Actor::new(ActorKind::Service, "restore");
            let mut draft = Draft::new(Context { at: now, actor, private: None });
            Ok(match together.fold(view, &mut draft)? {
                Ok(()) => Step::Decided(draft, Ok(())),
                Err(refused) => Step::Nothing(Err(refused)),
            })
        });
        match decided.await {
            Outcome::Committed(answer) | Outcome::Nothing(answer) => answer,
            Outcome::Rejected(key) => Err(Refused(format!(
                "The stored row of {key} is not as it was written: this backup cannot be completed. Take an older one."
            ))),
            Outcome::Taken(_) => Err(Refused(
                "A place that a shipped event takes is another's: this backup is of another history."
                    .to_owned(),
            )),
            Outcome::Busy | Outcome::Unknown | Outcome::Prepare(()) => Err(Refused(
                "The store did not take a shipped event: check the disk, then begin anew.".to_owned(),
            )),
        }
    }
}

impl Together {
    fn fold(&self, view: &View, draft: &mut Draft) -> Result<Result<(), Refused>, Tampered> {
        let (mut records, mut used) = (BTreeMap::new(), BTreeSet::new());
        for event in &self.events {
            let key = event.key;
            let held = match records.remove(&key) {
                Some(held) => held,
                None => Any::open(view, key)?,
            };
            let replayed = match held.replay(&event.head, &event.bytes, draft) {
                Ok(replayed) => replayed,
                Err(difference) => {
                    return Ok(Err(Refused(format!(
                        "The shipped event {} does not continue {key}: {difference}. Is this the place of this installation?",
                        event.index
                    ))));
                }
            };
            // The set before was ended for this very staging, and that used the assertion up.
            let taken_before = replayed.ended_with(used_assertion(&event.head));
            records.insert(key, replayed);
            if let Some(erased) = erases(&event.head) {
                draft.forget_key(erased);
            }
            if !taken_before {
                take_assertion(event, &mut used, draft);
            }
        }
        for entry in &self.keyring {
            draft.keep_key(entry.clone());
        }
        Ok(Ok(()))
    }
}

/// An assertion that was used cannot be used again, for as long as it could be shown.
fn take_assertion(event: &Shipped, used: &mut BTreeSet<[u8; 32]>, draft: &mut Draft) {
    let until = event.head.time.plus(limits::ASSERTION_LIVES * 30);
    let Some(key) = used_assertion(&event.head).filter(|key| used.insert(*key)) else { return };
    if until > draft.context().at {
        let place = ClaimKey { tenant: event.key.tenant, space: Space::Assertion, key };
        draft.claim(Claim { place, owner: event.key, version: event.head.version, until: Some(until) });
    }
}
