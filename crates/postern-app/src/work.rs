//! What every use case does around a decision: read, decide, and say how it ended.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use postern_core::Time;
use postern_core::application::{Scope, Token};
use postern_core::encoding::base64url;
use postern_core::ids::{EventId, TenantId};
use postern_core::kernel::{
    Actor, ActorKind, Context, Draft, EventHead, Key, Outcome, Step, StoredEvent, View, Want, decide,
};
use postern_core::recent::RequestMark;
use postern_core::tenant::{self, RowRejected, Tenant};

use crate::Problem;
use crate::app::App;
use crate::authorise::{Caller, Gate};

/// How often an hour a known request is answered again.
const REPEATS: u32 = 10;

/// Small counters by name, bounded: working state.
#[derive(Default)]
pub(crate) struct Seen(Mutex<HashMap<Vec<u8>, u32>>);

/// Names that a [`Seen`] remembers before it begins anew.
const NAMES: usize = 10_000;

impl Seen {
    /// The count of a name before this call, which adds one.
    pub(crate) fn count(&self, name: &[u8]) -> u32 {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() >= NAMES && !names.contains_key(name) {
            names.clear();
        }
        let count = names.entry(name.to_vec()).or_default();
        *count = count.saturating_add(1);
        *count - 1
    }

    /// Raises the count of a name to at least `count`.
    pub(crate) fn raise(&self, name: &[u8], count: u32) {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() >= NAMES && !names.contains_key(name) {
            names.clear();
        }
        let known = names.entry(name.to_vec()).or_default();
        *known = (*known).max(count);
    }

    /// The count of a name, if it is known.
    pub(crate) fn known(&self, name: &[u8]) -> Option<u32> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).copied()
    }
}

impl App {
    pub(crate) fn gate(&self, token: &Arc<Token>, scope: Scope) -> Gate {
        self.gate_for(token, Some(scope))
    }

    fn gate_for(&self, token: &Arc<Token>, scope: Option<Scope>) -> Gate {
        let ports = (Arc::clone(&self.ports.keys), Arc::clone(&self.denials));
        Gate::new(Arc::clone(token), ports, scope, self.now())
    }

    /// Whether a key is live and works from where it comes, whatever it may do.
    ///
    /// # Errors
    /// A [`Problem`].
    pub async fn knows(&self, token: &Arc<Token>) -> Result<(), Problem> {
        let gate = self.gate_for(token, None);
        self.checked(&gate, &self.look(&gate.wants()).await?).await.map(drop)
    }

    /// Reads what is wanted; a store that does not answer is `unavailable`.
    pub(crate) async fn look(&self, wants: &[Want]) -> Result<View, Problem> {
        self.running()?;
        self.store().look(wants).await.map_err(|fault| {
            self.failing.failed(self.now());
            Problem::unavailable(&fault)
        })
    }

    /// Nothing is read or committed once the application was stopped.
    pub(crate) fn running(&self) -> Result<(), Problem> {
        let stopped = self.stopped.load(std::sync::atomic::Ordering::SeqCst);
        if stopped { Err(Problem::Unavailable) } else { Ok(()) }
    }

    /// Authorises on what was looked at; an altered row of the application or the tenant is noted.
    pub(crate) async fn checked(&self, gate: &Gate, view: &View) -> Result<Caller, Problem> {
        let checked = gate.check(view);
        let unknown = matches!(checked, Err(Problem::KeyUnknown));
        if let Some(key) = unknown.then(|| gate.tampered(view)).flatten() {
            self.note_rejected(key).await;
        }
        checked
    }

    /// Reads a stored event, if its MAC is right and it is about what its columns say.
    pub(crate) fn genuine(&self, event: &StoredEvent) -> Option<EventHead> {
        let key = event.key;
        let right = self.local().sealer().event_is_genuine(key.tenant, &event.bytes, &event.mac);
        let head = EventHead::read(&event.bytes).ok().filter(|_| right)?;
        let id = EventId { kind: key.kind, object: key.id, version: event.version }.to_string();
        let about = head.tenant == key.tenant && head.object == key.to_string() && head.id == id;
        (about && head.version == event.version).then_some(head)
    }

    /// An event that an answer is rebuilt from.
    pub(crate) async fn genuine_event(
        &self,
        key: Key,
        version: u64,
    ) -> Result<(EventHead, StoredEvent), Problem> {
        let stored = self.store().event(key, version).await.map_err(|fault| Problem::unavailable(&fault))?;
        let asked = stored.filter(|event| event.key == key && event.version == version);
        match asked.and_then(|event| Some((self.genuine(&event)?, event))) {
            Some(genuine) => Ok(genuine),
            None => {
                self.note_rejected(key).await;
                Err(Problem::Unavailable)
            }
        }
    }

    /// A known request is answered again without proof, so it may not be asked for ever: what is typed with it
    /// would otherwise be tried without being counted.
    pub(crate) fn repeats(&self, known: Option<RequestMark>, now: Time) -> Result<(), Problem> {
        let Some(known) = known else { return Ok(()) };
        let hour = now.seconds() / 3600;
        let asked = self.repeats.count(&[known.key.0.as_slice(), &hour.to_be_bytes()].concat());
        let after = std::time::Duration::from_secs(3600 - now.seconds() % 3600);
        if asked < REPEATS { Ok(()) } else { Err(Problem::TooManyRequests { after }) }
    }

    /// Decides on a view and commits. `Err` of the decision is a refusal with nothing to record.
    pub(crate) async fn decided<A: Send + 'static>(
        &self,
        view: &View,
        decide_on: impl FnMut(&View) -> Result<Step<Result<A, Problem>, ()>, postern_core::kernel::Tampered>
        + Send
        + 'static,
    ) -> Result<Ended<A>, Problem> {
        self.running()?;
        let outcome = decide(self.store(), view, decide_on).await;
        match outcome {
            Outcome::Committed(_) => self.failing.committed(),
            Outcome::Busy | Outcome::Unknown => self.failing.failed(self.now()),
            _ => {}
        }
        match outcome {
            Outcome::Committed(answer) | Outcome::Nothing(answer) => answer.map(Ended::Answer),
            Outcome::Prepare(()) => Ok(Ended::Again),
            Outcome::Taken(place) => Ok(Ended::Taken(place)),
            Outcome::Busy => Err(Problem::Unavailable),
            Outcome::Unknown => Err(Problem::OutcomeUnknown),
            Outcome::Rejected(key) => {
                self.note_rejected(key).await;
                Ok(Ended::Rejected)
            }
        }
    }

    /// Notes in the installation's log that a row was found altered, once per row and process.
    pub(crate) async fn note_rejected(&self, key: Key) {
        let name = [key.tenant.bytes().as_slice(), &[key.kind.number()], &key.id].concat();
        if self.rejected.known(&name).is_some() {
            return;
        }
        tracing::error!(row = %key, "a stored row is not as it was written; see `postern audit verify`");
        let system = Key::tenant(TenantId::SYSTEM);
        let Ok(view) = self.look(&[Want::Key(system), Want::Key(key)]).await else { return };
        let digest = base64url(&view.digest(key));
        let fact = RowRejected { digest, object: key.to_string(), owner: key.tenant };
        let now = self.now();
        let noted = decide::<(), ()>(self.store(), &view, move |view| {
            let held = view.held::<Tenant>(system)?;
            let actor = Actor::new(ActorKind::Service, "row-check");
            let mut draft = Draft::new(Context { at: view.at(now), actor, private: None });
            tenant::reject_row(held, fact.clone(), &mut draft);
            Ok(Step::Decided(draft, ()))
        });
        match noted.await {
            Outcome::Committed(()) => self.rejected.raise(&name, 1),
            _ => tracing::error!(row = %key, "the altered row could not be noted in the installation's log"),
        }
    }
}

/// How a decision ended, short of a problem.
pub(crate) enum Ended<A> {
    /// With an answer.
    Answer(A),
    /// It was prepared for another state: begin again.
    Again,
    /// Another holds a place.
    Taken(postern_core::kernel::ClaimKey),
    /// A row is not as it was written.
    Rejected,
}

/// How often a use case begins again before it gives up. Only a subject that changes its keys, or races for
/// one external id, makes it do so at all.
pub(crate) const TRIES: usize = 8;
