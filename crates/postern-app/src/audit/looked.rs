//! What each event of a page says by itself. It needs nothing of the events around it, so a page is shared among cores.

use std::sync::Arc;

use postern_core::Time;
use postern_core::bucket::BucketFact;
use postern_core::ids::{EventId, TenantId};
use postern_core::kernel::{EventHead, Fact as _, Kind, StoredEvent};
use postern_core::subject::SubjectFact;
use postern_log::{Hash, is_canonical, leaf_hash};

use super::acts::Act;
use super::used::Use;
use crate::app::App;
use crate::operator::Refused;

/// One event that was looked at.
pub(super) struct Looked {
    pub(super) event: StoredEvent,
    /// Its leaf, if its bytes are canonical.
    pub(super) leaf: Option<Hash>,
    /// What it says, or what is wrong with it.
    pub(super) said: Result<Said, &'static str>,
}

/// What an event says of places that only one may take.
pub(super) struct Said {
    /// That of an assertion that it used.
    pub(super) used: Option<Use>,
    /// What may have taken one under a cap.
    pub(super) act: Option<Act>,
}

impl App {
    /// Looks at the events of a page, in so many shares beside each other. They come back in order.
    pub(super) async fn looked(
        self: &Arc<Self>,
        tenant: TenantId,
        page: Vec<StoredEvent>,
        beside: usize,
    ) -> Result<Vec<Looked>, Refused> {
        let share = page.len().div_ceil(beside.max(1)).max(1);
        let (mut page, mut shares) = (page.into_iter().peekable(), Vec::new());
        while page.peek().is_some() {
            let (app, some) = (Arc::clone(self), page.by_ref().take(share).collect::<Vec<_>>());
            let now = self.now();
            let look =
                move || some.into_iter().map(|event| app.look_at(tenant, event, now)).collect::<Vec<_>>();
            shares.push(tokio::spawn(async move { look() }));
        }
        let mut looked = Vec::new();
        for share in shares {
            looked.extend(share.await.map_err(|fault| Refused(fault.to_string()))?);
        }
        Ok(looked)
    }

    fn look_at(&self, tenant: TenantId, event: StoredEvent, now: Time) -> Looked {
        let leaf = is_canonical(&event.bytes).then(|| leaf_hash(&event.bytes));
        let said = self.said_by(tenant, &event, now);
        Looked { event, leaf, said }
    }

    fn said_by(&self, tenant: TenantId, event: &StoredEvent, now: Time) -> Result<Said, &'static str> {
        if !self.local().sealer().event_is_genuine(tenant, &event.bytes, &event.mac) {
            return Err("its MAC is wrong");
        }
        let head = EventHead::read(&event.bytes).map_err(|_| "it is not an event")?;
        let id = EventId { kind: event.key.kind, object: event.key.id, version: event.version };
        let columns = head.id == id.to_string() && head.object == event.key.to_string();
        if !columns || head.version != event.version || head.tenant != tenant || event.key.tenant != tenant {
            return Err("its columns differ from what it says");
        }
        let used = |place| Use::new(place, event.key, head.time);
        let (used, act) = match event.key.kind {
            Kind::Subject => match subject_fact(&head) {
                Some(fact) => (used_in(&fact).map(|place| used(place).of(&fact)), Act::of(&head, &fact, now)),
                None => (None, None),
            },
            Kind::Bucket => (used_assertion(&head).map(used), None),
            Kind::Tenant | Kind::Application | Kind::Prover => (None, None),
        };
        Ok(Said { used, act })
    }
}

/// The place that an event's assertion took.
pub(crate) fn used_assertion(head: &EventHead) -> Option<[u8; 32]> {
    let tagged = BucketFact::from_json(&head.r#type, head.v, head.fact.get());
    if let Ok(Some(BucketFact::Refused(tagged))) = tagged {
        return tagged.refused.assertion.map(|place| place.0);
    }
    used_in(&subject_fact(head)?)
}

fn subject_fact(head: &EventHead) -> Option<SubjectFact> {
    SubjectFact::from_json(&head.r#type, head.v, head.fact.get()).ok()?
}

fn used_in(fact: &SubjectFact) -> Option<[u8; 32]> {
    let place = match fact {
        SubjectFact::Staged(staged) => staged.evidence.assertion,
        SubjectFact::Spent(spent) => spent.evidence.assertion,
        SubjectFact::Rehearsed(rehearsed) => rehearsed.evidence.assertion,
        SubjectFact::Refused(refused) => refused.assertion,
        SubjectFact::Revoked(revoked) => revoked.assertion,
        _ => None,
    };
    place.map(|place| place.0)
}
